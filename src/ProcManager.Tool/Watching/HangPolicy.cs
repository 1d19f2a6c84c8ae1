namespace ProcManager.Tool.Watching;

/// <summary>What a sample has led to.</summary>
internal enum HangStep
{
    /// <summary>The request has taken the timeout.</summary>
    Found,

    /// <summary>The worker has got its signal, the grace time is over, and the same request is still under way.</summary>
    Kill,

    /// <summary>The request of a hung worker has ended after all.</summary>
    RequestEnded,

    /// <summary>A hung worker is gone.</summary>
    WorkerEnded,
}

/// <summary>A step, the worker as the first sample of its request saw it, and how long the request has taken.</summary>
internal sealed record HangDecision(HangStep Step, WorkerReading Worker, TimeSpan Taken);

/// <summary>
/// Decides which workers hang, by samples alone: no clock, no process. A worker hangs when the same request of the same process has been seen for
/// the timeout: never early, and late by one interval at most. Time in which the watchdog did not run counts against no request, because the machine
/// may have been suspended with all its processes.
/// </summary>
internal sealed class HangPolicy(TimeSpan timeout, TimeSpan interval, TimeSpan grace)
{
    /// <summary>A sample may come so much late by itself: on a busy machine, and from a manager or a page that is slow to answer.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<int, Watched> _bySlot = [];
    private TimeSpan _sampledAt;
    private bool _isReset;

    /// <summary>The status could not be fetched: what was counted so far is forgotten, and the time until the next sample counts for nothing. A worker that was found hung stays so: it has got its signal, and KILL is due.</summary>
    internal void Reset()
    {
        _isReset = true;
        foreach (Watched watched in _bySlot.Values.Where(static w => !w.IsHung).ToArray())
        {
            _bySlot.Remove(watched.Worker.Slot);
        }
    }

    /// <summary>Counts the time since the last sample, and gives what is to be done.</summary>
    internal List<HangDecision> Sample(StatusReading pool)
    {
        TimeSpan passed = pool.NotBefore - _sampledAt;
        TimeSpan counted = _isReset ? TimeSpan.Zero : passed < (2 * interval) + Slack ? passed : 2 * interval;
        _isReset = false;
        _sampledAt = pool.NotBefore;
        var decisions = new List<HangDecision>();
        foreach (Watched watched in _bySlot.Values.ToArray())
        {
            WorkerReading? now = pool.Workers.FirstOrDefault(w => w.IsSameProcess(watched.Worker));
            if (now?.RequestNumber == watched.Worker.RequestNumber)
            {
                watched.Taken += counted;
                Continue(watched, now, pool.MayKill, decisions);
                continue;
            }

            _bySlot.Remove(watched.Worker.Slot);
            if (watched.IsHung)
            {
                decisions.Add(new(now is null ? HangStep.WorkerEnded : HangStep.RequestEnded, watched.Worker, watched.Taken));
            }
        }

        foreach (WorkerReading worker in pool.Workers.Where(static w => w.RequestNumber != 0))
        {
            // At first sight nothing has passed yet, and the sample may be as young as its latest moment.
            _ = _bySlot.TryAdd(worker.Slot, new Watched(worker) { Taken = pool.NotBefore - pool.NotAfter });
        }

        return decisions;
    }

    /// <summary>Until the next sample: the interval, or less when a worker is due before that.</summary>
    internal TimeSpan UntilNext()
    {
        TimeSpan wait = interval;
        foreach (Watched watched in _bySlot.Values)
        {
            TimeSpan due = watched.KillAt ?? (watched.IsHung ? TimeSpan.MaxValue : timeout);
            TimeSpan left = due - watched.Taken;
            wait = left < wait ? left : wait;
        }

        return wait > ShortestWait ? wait : ShortestWait;
    }

    private void Continue(Watched watched, WorkerReading now, bool mayKill, List<HangDecision> decisions)
    {
        if (!watched.IsHung && watched.Taken >= timeout)
        {
            watched.IsHung = true;
            watched.KillAt = mayKill ? watched.Taken + grace : null;
            watched.Describe(now); // the text may have come after the request was first seen
            decisions.Add(new(HangStep.Found, watched.Worker, watched.Taken));
        }
        else if (watched.KillAt is { } killAt && watched.Taken >= killAt)
        {
            watched.KillAt = null;
            decisions.Add(new(HangStep.Kill, watched.Worker, watched.Taken));
        }
    }

    /// <summary>One request of one process.</summary>
    private sealed class Watched(WorkerReading worker)
    {
        internal WorkerReading Worker { get; private set; } = worker;

        internal TimeSpan Taken { get; set; }

        internal bool IsHung { get; set; }

        internal TimeSpan? KillAt { get; set; }

        internal void Describe(WorkerReading now) => Worker = Worker with { Request = now.Request, Client = now.Client };
    }
}
