namespace ProcManager.Supervision;

/// <summary>What the workers are looked at for.</summary>
[Flags]
internal enum LookAt
{
    None = 0,

    /// <summary>Request numbers, for the watchdog.</summary>
    Requests = 1,

    /// <summary>Who is idle, for the number of workers.</summary>
    Demand = 2,

    Memory = 4,

    Cpu = 8,

    /// <summary>Which workers have a request, for the order in which a reload replaces them.</summary>
    Busy = 16,

    /// <summary>Whether the runtime writes a dump of the worker's memory.</summary>
    Dumps = 32,
}

/// <summary>Which request of a worker: the number of PreDispatch, or the number of a scope.</summary>
internal readonly record struct RequestKey(ulong Number, bool IsScope)
{
    /// <summary>No request: what is found is a worker that was stopped.</summary>
    internal bool IsNone => Number == 0;
}

/// <summary>One request that may be overdue. <see cref="Began"/>: null for one without a clock of its own, whose age is counted from the first look that saw it.</summary>
internal readonly record struct RequestSeen(RequestKey Key, TimeSpan? Began, TimeSpan? Due, bool IsLong)
{
    /// <summary>When it was given the limit of its own, which is <see cref="Due"/>.</summary>
    internal TimeSpan? Given { get; init; }
}

/// <summary>What one look has found of one worker; what was not looked at is left at its default.</summary>
internal readonly record struct WorkerSample(int Slot)
{
    /// <summary>The oldest of each kind: of PreDispatch, ordinary, long, with a limit of its own.</summary>
    internal RequestSeen[] Requests { get; init; } = [];

    /// <summary>When the oldest scope began that is not long and was not told of its soft timeout.</summary>
    internal TimeSpan? Untold { get; init; }

    /// <summary>Which scopes are under way could not be read this time.</summary>
    internal bool Unknown { get; init; }

    /// <summary>The process is stopped (STOP), not by a debugger.</summary>
    internal bool Stopped { get; init; }

    /// <summary>Changes whenever a request begins or ends.</summary>
    internal long Progress { get; init; }

    internal bool Busy { get; init; }

    internal long Memory { get; init; }

    internal TimeSpan Cpu { get; init; }

    /// <summary>The runtime writes a dump of its memory because it has crashed.</summary>
    internal bool IsDumping { get; init; }

    /// <summary>The worker has begun a request. Set only beside <see cref="IsDumping"/>.</summary>
    internal bool Served { get; init; }
}

/// <summary>When the next look of each kind is due.</summary>
internal sealed record LookTimes
{
    internal TimeSpan Requests { get; init; }

    internal TimeSpan Demand { get; init; }

    internal TimeSpan Memory { get; init; }

    internal TimeSpan Cpu { get; init; }

    internal TimeSpan Dumps { get; init; }
}

/// <summary>Orders the looks that are due. Without a policy that needs one there is none, and the manager sleeps without end.</summary>
internal static class Looks
{
    internal static void Advance(Turn turn)
    {
        PoolPolicy policy = turn.Policy;
        LookTimes next = turn.State.Looks;
        LookAt due = LookAt.None;
        bool any = turn.Workers.Any(static w => !w.IsStandby || PerRequest.IsFreeAgain(w)); // a worker that stands by does nothing that is to be seen
        next = next with
        {
            Requests = Due(turn, next.Requests, any ? policy.Watchdog.Interval : null, LookAt.Requests, ref due),
            Demand = Due(turn, next.Demand, any ? policy.Demand.Interval : null, LookAt.Demand, ref due),
            Memory = Due(turn, next.Memory, any && policy.Memory.IsOn ? policy.Memory.Interval : null, LookAt.Memory, ref due),
            Cpu = Due(turn, next.Cpu, any && policy.Rogues.IsOn ? policy.Rogues.Interval : null, LookAt.Cpu, ref due),
            Dumps = Due(turn, next.Dumps, any ? policy.DumpInterval : null, LookAt.Dumps, ref due),
        };
        turn.State = turn.State with { Looks = next };
        if (due != LookAt.None)
        {
            turn.Do(new PoolAction.Look(due));
        }
    }

    /// <summary>A look for the watchdog earlier than its turn would be.</summary>
    internal static void RequestsAt(Turn turn, TimeSpan time)
    {
        LookTimes looks = turn.State.Looks;
        if (time < looks.Requests)
        {
            turn.State = turn.State with { Looks = looks with { Requests = time } };
        }
    }

    private static TimeSpan Due(Turn turn, TimeSpan at, TimeSpan? interval, LookAt what, ref LookAt due)
    {
        if (interval is not { } time)
        {
            return TimeSpan.Zero; // the first look after a pause comes at once
        }

        if (at <= turn.Now)
        {
            due |= what;
            at = turn.Now + time;
        }

        turn.WakeAt(at);
        return at;
    }
}
