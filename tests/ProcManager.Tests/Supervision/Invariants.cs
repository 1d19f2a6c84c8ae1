using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

/// <summary>What holds after every decision, whatever came before.</summary>
internal static class Invariants
{
    internal static void Check(PoolState state, IReadOnlyList<PoolAction> actions, Action<bool, string> must)
    {
        WorkerState[] workers = state.Workers;
        must(workers.Select(static w => w.Slot).Distinct().Count() == workers.Length, "slots are unique");
        must(workers.Zip(workers.Skip(1)).All(static p => p.First.Slot < p.Second.Slot), "workers are ordered by slot");
        must(workers.All(w => w.Slot >= 0 && w.Slot < state.Policy.MaxSlots), "slots are in range");
        must(state.Target is >= 1 and <= Limits.MaxProcessCount, "the wanted number is in range");

        int fresh = workers.Count(static w => w.IsFresh);
        if (state.Phase == PoolPhase.Running)
        {
            must(fresh <= state.Target, "there are never more lasting workers than wanted");
            must(
                !actions.OfType<PoolAction.Launch>().Any() || workers.Count(static w => w.IsLive) <= state.Target + state.Policy.MaxSurge,
                "a start never takes the pool beyond its surge");
            must(fresh == state.Target || CanGetOn(state), "a missing worker is started, waited for, or has a time at which it will be tried");
        }

        foreach (PoolAction action in actions)
        {
            int? slot = action switch
            {
                PoolAction.TellToLeave tell => tell.Slot,
                PoolAction.Kill kill => kill.Slot,
                _ => null,
            };
            must(slot is null || workers.Any(w => w.Slot == slot), "actions are about workers that are there");
        }

        must(workers.All(w => w.IsLive || w.Deadline is not null || state.Policy.DieTimeout is null), "whoever leaves has a deadline");
        must(workers.All(w => w.Phase != WorkerPhase.Serving || w.Deadline is null), "whoever serves has none");
    }

    // A pool that wants more workers must be about to do something: by itself, or when a worker that it waits for reports.
    private static bool CanGetOn(PoolState state) =>
        state.NextWake is not null
        || state.Workers.Any(static w => w.Phase is WorkerPhase.Launching or WorkerPhase.Starting || !w.IsLive);
}
