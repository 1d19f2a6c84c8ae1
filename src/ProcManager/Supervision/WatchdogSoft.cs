namespace ProcManager.Supervision;

/// <summary>
/// Rings the worker when requests have reached their soft timeout. The worker tells all that have, and shows when the oldest one began that
/// it has not told; so a ring is needed once for each request of PreDispatch, and once for each new oldest one.
/// </summary>
internal static class WatchdogSoft
{
    internal static WorkerState Look(Turn turn, WorkerState worker, WorkerSample sample)
    {
        TimeSpan limit = turn.Policy.Watchdog.SoftLimit;
        if (limit == TimeSpan.Zero)
        {
            return worker;
        }

        HangState hang = worker.Hang!;
        RequestKey? dispatched = null;
        if (hang.Seen is { } seen && hang.SoftNumber != seen.Number && sample.Requests.Any(r => r.Key == seen && !r.IsLong) && IsDue(turn, hang.SeenAt + limit))
        {
            dispatched = seen;
        }

        TimeSpan? began = sample.Untold is { } untold && hang.SoftRung != untold && IsDue(turn, AwayTimes.Since(turn.State.Away, untold) + limit) ? untold : null;
        if (dispatched is null && began is null)
        {
            return worker;
        }

        hang = hang with { SoftNumber = dispatched?.Number ?? hang.SoftNumber, SoftRung = began ?? hang.SoftRung };
        turn.Do(new PoolAction.RaiseSoftTimeout(worker.Slot, hang.SoftNumber, AwayTimes.Before(turn.State.Away, turn.Now, limit)));
        return worker with { Hang = hang };
    }

    private static bool IsDue(Turn turn, TimeSpan due)
    {
        if (due <= turn.Now)
        {
            return true;
        }

        Looks.RequestsAt(turn, due);
        return false;
    }
}
