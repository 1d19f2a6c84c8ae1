namespace ProcManager.Supervision;

/// <summary>Workers that are to be replaced (reload, request limit) leave one by one, each when its replacement is ready.</summary>
internal static class Retirement
{
    internal static void Advance(Turn turn)
    {
        // Nobody leaves for a canary that has not held, not even one that has asked; but a surplus of old ones makes room for it.
        bool onTrial = turn.State.Reload is { CanaryHeld: false };
        bool MayLeave(WorkerState w) => w.IsRetiring && (!onTrial || w.RetireFor == WorkerExitCause.Reload);
        int retiring = turn.Count(MayLeave);
        int ready = onTrial ? 0 : turn.Count(static w => w is { IsFresh: true, IsServing: true });
        int enough = Math.Max(0, turn.State.Target - (onTrial ? 0 : turn.Policy.Recycling.MaxUnavailable));
        while (retiring > 0 && ready + retiring > enough)
        {
            WorkerState worker = turn.Workers
                .Where(MayLeave)
                .OrderBy(static w => w.IsServing)
                .ThenBy(static w => w.StartedAt)
                .First();
            turn.TellToLeave(worker, worker.RetireFor ?? WorkerExitCause.Reload);
            if (worker.RetireFor != WorkerExitCause.Reload)
            {
                Recycling.Leaves(turn);
            }

            retiring--;
        }
    }
}
