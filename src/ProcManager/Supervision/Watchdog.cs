namespace ProcManager.Supervision;

/// <summary>
/// Finds requests that take too long. A request of PreDispatch has no clock: its time is counted from the first look that saw its number, so
/// it is never found early, and late by a look at most. Others tell when they began. Who is half-way to its limit has its processor time
/// noted, so that at the limit it is known whether the worker spins or waits.
/// </summary>
internal static class Watchdog
{
    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        foreach (WorkerSample sample in looked.Samples)
        {
            if (turn.Find(sample.Slot) is { Phase: WorkerPhase.Serving or WorkerPhase.Leaving } worker)
            {
                Look(turn, See(worker, sample, turn.Now), sample);
            }
        }
    }

    internal static void Examined(Turn turn, ManagerEvent.Examined examined)
    {
        if (turn.Find(examined.Slot) is not { Hang: { } hang } worker)
        {
            return;
        }

        var found = new Examination(turn.Now, examined.State, examined.Cpu);
        if (hang.Step == HangStep.Examining)
        {
            Examination? before = hang.Half == hang.Found ? hang.Before : null;
            HangLadder.Begin(turn, worker with { Hang = hang with { Kind = Classify(before, found) } });
        }
        else
        {
            turn.Put(worker with { Hang = hang with { Before = found } });
        }
    }

    /// <summary>How it hangs, by what it was half-way and what it is now. The kernel puts everybody who reads a disk into D for a moment: that alone is no hang.</summary>
    internal static HangKind Classify(Examination? before, Examination now)
    {
        if (now.State is 'T' or 't')
        {
            return HangKind.Stopped;
        }

        if (now.State == 'D' && before is null or { State: 'D' })
        {
            return HangKind.Uninterruptible;
        }

        return Spins(before, now) ? HangKind.Spinning : HangKind.Blocked;
    }

    /// <summary>On a machine with too much to do even one that spins gets little time; but it is always found running, or about to.</summary>
    private static bool Spins(Examination? before, Examination now)
    {
        if (before is not { } then || now.At <= then.At)
        {
            return now.State == 'R';
        }

        double share = (now.Cpu - then.Cpu) / (now.At - then.At);
        return share > 0.5 || (share > 0.2 && then.State == 'R' && now.State == 'R');
    }

    private static WorkerState See(WorkerState worker, WorkerSample sample, TimeSpan now)
    {
        HangState hang = worker.Hang ?? new HangState();
        RequestKey? first = sample.Requests.FirstOrDefault(static r => r.Began is null) is { Key.Number: > 0 } request ? request.Key : null;
        return worker with { Hang = first == hang.Seen ? hang : hang with { Seen = first, SeenAt = now } };
    }

    private static void Look(Turn turn, WorkerState worker, WorkerSample sample)
    {
        HangState hang = worker.Hang!;
        Suspect? urgent = null;
        foreach (RequestSeen request in sample.Requests)
        {
            TimeSpan since = request.Began ?? hang.SeenAt;
            worker = Soften(turn, worker, sample, request, since);
            if (DueOf(turn, request, since) is { } due && !(urgent?.Due <= due))
            {
                urgent = new Suspect(request.Key, since, due);
            }
        }

        hang = worker.Hang!;
        if (hang.Found is { } found)
        {
            bool goesOn = urgent is { } still && still.Key == found && still.Due <= turn.Now;
            HangLadder.Look(turn, worker, goesOn);
            return;
        }

        if (urgent is not { } suspect)
        {
            turn.Put(worker with { Hang = hang with { Half = null } });
            return;
        }

        Follow(turn, worker, suspect);
    }

    private static void Follow(Turn turn, WorkerState worker, Suspect suspect)
    {
        HangState hang = worker.Hang!;
        TimeSpan half = suspect.Since + ((suspect.Due - suspect.Since) / 2);
        if (suspect.Due <= turn.Now)
        {
            turn.Put(worker with { Hang = hang with { Found = suspect.Key, Began = suspect.Since, Limit = suspect.Due - suspect.Since, Step = HangStep.Examining } });
            turn.Do(new PoolAction.Examine(worker.Slot));
            return;
        }

        Looks.RequestsAt(turn, suspect.Due);
        if (half > turn.Now || hang.Half == suspect.Key)
        {
            turn.Put(worker);
            return;
        }

        turn.Put(worker with { Hang = hang with { Half = suspect.Key } });
        turn.Do(new PoolAction.Examine(worker.Slot));
    }

    private static TimeSpan? DueOf(Turn turn, RequestSeen request, TimeSpan since)
    {
        TimeSpan limit = request.IsLong ? turn.Policy.Watchdog.LongLimit : turn.Policy.Watchdog.Limit;
        TimeSpan? due = request.Due ?? (limit > TimeSpan.Zero ? since + limit : null);
        return due < turn.State.WatchFrom ? turn.State.WatchFrom : due;
    }

    private static WorkerState Soften(Turn turn, WorkerState worker, WorkerSample sample, RequestSeen request, TimeSpan since)
    {
        TimeSpan limit = turn.Policy.Watchdog.SoftLimit;
        if (limit == TimeSpan.Zero || request.IsLong || worker.Hang!.Softened.Contains(request.Key))
        {
            return worker;
        }

        if (since + limit > turn.Now)
        {
            Looks.RequestsAt(turn, since + limit);
            return worker;
        }

        turn.Do(new PoolAction.RaiseSoftTimeout(worker.Slot, request.Key));
        IEnumerable<RequestKey> before = worker.Hang.Softened.Where(key => sample.Requests.Any(r => r.Key == key));
        return worker with { Hang = worker.Hang with { Softened = [.. before, request.Key] } };
    }

    private readonly record struct Suspect(RequestKey Key, TimeSpan Since, TimeSpan Due);
}
