namespace ProcManager.Supervision;

/// <summary>
/// Workers that are to be replaced (reload, request limit) leave one by one, each when its replacement is ready. Workers that were seen without a request leave first: a worker with a long
/// request keeps its place until it has ended, and would hold up the others (<see cref="SurgeBound"/>).
/// </summary>
internal static class Retirement
{
    /// <summary>Keeps which workers had a request.</summary>
    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        foreach (WorkerSample sample in looked.Samples)
        {
            if (turn.Find(sample.Slot) is { } worker)
            {
                turn.Put(worker with { WasBusy = sample.Busy });
            }
        }
    }

    internal static void Advance(Turn turn)
    {
        // Nobody leaves for a canary that has not held, not even one that has asked; but a surplus of old ones makes room for it.
        bool onTrial = turn.State.Reload is { CanaryHeld: false };
        bool MayLeave(WorkerState w) => w.IsRetiring && (!onTrial || w.RetireFor == WorkerExitCause.Reload);
        int retiring = turn.Count(MayLeave);
        int ready = onTrial ? 0 : turn.Count(static w => w is { IsFresh: true, IsServing: true });
        bool told = false;
        int enough = Math.Max(0, turn.State.Target - (onTrial ? 0 : turn.Policy.Recycling.MaxUnavailable));
        while (retiring > 0 && ready + retiring > enough)
        {
            WorkerState worker = turn.Workers
                .Where(MayLeave)
                .OrderBy(static w => w.IsServing)
                .ThenBy(static w => w.WasBusy)
                .ThenBy(static w => w.StartedAt)
                .First();
            turn.TellToLeave(worker, worker.RetireFor ?? WorkerExitCause.Reload);
            if (worker.RetireFor != WorkerExitCause.Reload)
            {
                Recycling.Leaves(turn);
            }

            retiring--;
            told = true;
        }

        if (told && retiring > 0 && !onTrial)
        {
            turn.Do(new PoolAction.Look(LookAt.Busy)); // for the next choice
        }
    }
}
