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
            if (turn.Find(sample.Slot) is { Phase: WorkerPhase.Serving or WorkerPhase.Leaving, IsCrashing: false } worker)
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
        if (hang is { Step: HangStep.Examining, Found: { IsNone: true } } && found.State is not ('T' or 't'))
        {
            turn.Put(worker with { Hang = HangLadder.Over(hang) with { StoppedAt = null } }); // it was continued in the last moment
        }
        else if (hang.Step == HangStep.Examining)
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

    /// <summary>On a machine with too much to do, with forty for two processors, even one that spins gets little time; but it is always found running, or about to.</summary>
    private static bool Spins(Examination? before, Examination now)
    {
        if (before is not { } then || now.At <= then.At)
        {
            return now.State == 'R';
        }

        double share = (now.Cpu - then.Cpu) / (now.At - then.At);
        return share > 0.5 || (share > 0.05 && then.State == 'R' && now.State == 'R');
    }

    private static WorkerState See(WorkerState worker, WorkerSample sample, TimeSpan now)
    {
        HangState hang = worker.Hang ?? new HangState();
        hang = hang with { StoppedAt = sample.Stopped ? hang.StoppedAt ?? now : null };
        RequestKey? first = sample.Requests.FirstOrDefault(static r => r.Began is null) is { Key.Number: > 0 } request ? request.Key : null;
        return worker with { Hang = first == hang.Seen ? hang : hang with { Seen = first, SeenAt = now } };
    }

    private static void Look(Turn turn, WorkerState worker, WorkerSample sample)
    {
        worker = WatchdogSoft.Look(turn, worker, sample);
        HangState hang = worker.Hang!;
        if (hang.Found is { } found)
        {
            HangLadder.Look(turn, worker, GoesOn(turn, hang, sample, found));
            return;
        }

        if (Urgent(turn, hang, sample) is { } suspect)
        {
            Follow(turn, worker, suspect);
        }
        else
        {
            turn.Put(worker with { Hang = hang with { Half = sample.Unknown ? hang.Half : null } });
        }
    }

    /// <summary>Null: it is not known.</summary>
    private static bool? GoesOn(Turn turn, HangState hang, WorkerSample sample, RequestKey found)
    {
        if (found.IsNone)
        {
            return sample.Stopped;
        }

        return found.IsScope && sample.Unknown ? null
            : sample.Requests.Any(r => r.Key == found && LimitOf(turn, r, SinceOf(turn, hang, r)) <= turn.Now);
    }

    /// <summary>The request that is due first; or the worker itself, when it was stopped and its time is over before that of any request.</summary>
    private static Suspect? Urgent(Turn turn, HangState hang, WorkerSample sample)
    {
        TimeSpan limit = turn.Policy.Watchdog.Limit;
        Suspect? urgent = null;
        foreach (RequestSeen request in sample.Requests)
        {
            TimeSpan since = SinceOf(turn, hang, request);
            if (LimitOf(turn, request, since) is { } at && Due(turn, at) is var due && !(urgent?.Due <= due))
            {
                urgent = new Suspect(request.Key, since, due);
            }
        }

        return hang.StoppedAt is { } stopped && limit > TimeSpan.Zero && Due(turn, stopped + limit) is var end && !(urgent?.Due <= end)
            ? new Suspect(default, stopped, end)
            : urgent;
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

    private static TimeSpan SinceOf(Turn turn, HangState hang, RequestSeen request) =>
        request.Began is { } began ? AwayTimes.Since(turn.State.Away, began) : hang.SeenAt;

    /// <summary>When its time is over; null: never.</summary>
    private static TimeSpan? LimitOf(Turn turn, RequestSeen request, TimeSpan since)
    {
        if (request.Due is { } own)
        {
            return request.Given is { } given ? own + (AwayTimes.Since(turn.State.Away, given) - given) : own;
        }

        TimeSpan limit = request.IsLong ? turn.Policy.Watchdog.LongLimit : turn.Policy.Watchdog.Limit;
        return limit > TimeSpan.Zero ? since + limit : null;
    }

    private static TimeSpan Due(Turn turn, TimeSpan at) => at < turn.State.WatchFrom ? turn.State.WatchFrom : at;

    private readonly record struct Suspect(RequestKey Key, TimeSpan Since, TimeSpan Due);
}
