namespace ProcManager.Supervision;

/// <summary>
/// The one crash-loop engine, for workers that fail before they have served. Failures are counted in a window; too many open the breaker. Then one worker at a time is
/// started on trial, with a delay that doubles with each failure; one that becomes ready and lives for the canary time closes
/// it. Workers that serve are never touched. Only a pool in which no worker ever became ready gives up.
/// </summary>
internal static class CrashBreaker
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    internal static void Failed(Turn turn, int slot, string what)
    {
        int failures = Note(turn);
        bool tooMany = failures >= Limit(turn);
        if (tooMany && !turn.State.EverReady)
        {
            GiveUp(turn, failures, what, ran: true);
        }
        else if (turn.State.Breaker.Open ? IsOnTrial(turn, slot) : tooMany)
        {
            Trip(turn, 0, delay => new PoolAction.SayCrashLoop(failures, turn.Policy.CrashWindow, delay, what));
        }
    }

    /// <summary>It is open for workers that failed, not only for starts that were refused.</summary>
    internal static bool IsLoop(Turn turn) => turn.State.Breaker.Open && turn.State.Breaker.Failures.Length >= Limit(turn);

    /// <summary>A start that the system refused. Passing (no memory, no descriptors): tried again. Permanent (no such file): as good as a crash loop.</summary>
    internal static void StartFailed(Turn turn, int slot, bool permanent, string what)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        int failures = permanent ? Note(turn) : 0;
        if (permanent && !turn.State.EverReady)
        {
            GiveUp(turn, failures, what, ran: false);
        }
        else if (!turn.State.Breaker.Open || IsOnTrial(turn, slot))
        {
            Trip(turn, 1, delay => new PoolAction.SayStartRetry(delay, what, Passing: !permanent));
        }
    }

    /// <summary>
    /// A worker cannot bind an address of its own. When no other worker is left that may yet bind, and none has ever served, the pool gives up: as long as
    /// another program holds the address, no start will help. Otherwise the next starts wait longer and longer.
    /// </summary>
    internal static void CannotBind(Turn turn, int slot, string what)
    {
        int failures = Note(turn);
        if (!turn.State.EverServed && !turn.Workers.Any(static w => w.IsLive))
        {
            turn.Do(new PoolAction.SayGivingUp(failures, what, Ran: true, CannotBind: true));
            StopLadder.GiveUp(turn);
        }
        else if (!turn.State.Breaker.Open || IsOnTrial(turn, slot))
        {
            Trip(turn, 1, delay => new PoolAction.SayStartRetry(delay, what, Passing: false, CannotBind: true));
        }
    }

    /// <summary>While the breaker is open every start is a trial.</summary>
    internal static void Started(Turn turn, int slot)
    {
        if (turn.State.Breaker is { Open: true } breaker)
        {
            turn.State = turn.State with { Breaker = breaker with { TrialSlot = slot } };
        }
    }

    internal static bool MayStart(Turn turn)
    {
        BreakerState breaker = turn.State.Breaker;
        if (!breaker.Open)
        {
            return true;
        }

        if (breaker.SettledAt is { } settled)
        {
            turn.WakeAt(settled);
            return false;
        }

        if (breaker.ProbeAt > turn.Now)
        {
            turn.WakeAt(breaker.ProbeAt);
            return false;
        }

        return !turn.Workers.Any(static w => w.Phase is WorkerPhase.Launching or WorkerPhase.Starting || FailureToCome(w));
    }

    internal static void Ready(Turn turn, int slot)
    {
        if (turn.State.Breaker is { Open: true, SettledAt: null })
        {
            Watch(turn, slot);
        }
    }

    /// <summary>One request a process: the worker has answered a request. On trial, that is the proof.</summary>
    internal static void Served(Turn turn, int slot)
    {
        if (turn.State.Breaker is { Open: true, SettledAt: not null } && IsOnTrial(turn, slot))
        {
            SettleAt(turn, turn.Now);
        }
    }

    internal static void Settle(Turn turn)
    {
        if (!turn.State.Breaker.Open)
        {
            return;
        }

        if (turn.State.Breaker is { SettledAt: not null } && !(turn.State.Breaker.TrialSlot is { } slot && turn.Find(slot) is { IsUp: true }))
        {
            // It left without a failure (a stranger's signal, a surplus), or with a failure of its request: nothing is proved, the next worker is tried.
            turn.State = turn.State with { Breaker = turn.State.Breaker with { TrialSlot = null, SettledAt = null } };
        }

        if (turn.State.Breaker.SettledAt is null && !PerRequest.IsOn(turn.State) && turn.Count(static w => w is { IsFresh: true, IsServing: true }) >= Math.Max(1, turn.State.Target))
        {
            // All wanted workers serve, so nobody is going to be started on trial: the youngest stands for it.
            Watch(turn, Sizing.Youngest(turn, static w => w is { IsFresh: true, IsServing: true }).Slot);
        }

        if (turn.State.Breaker.SettledAt is { } settled)
        {
            SettleAt(turn, settled);
        }
    }

    /// <summary>Level 0 tries at once, then 1 s, 2 s, 4 s …</summary>
    internal static TimeSpan Delay(int level, TimeSpan most)
    {
        if (level == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan delay = level > 20 ? most : FirstDelay * (1 << (level - 1));
        return delay < most ? delay : most;
    }

    private static void Watch(Turn turn, int slot) =>
        turn.State = turn.State with { Breaker = turn.State.Breaker with { TrialSlot = slot, SettledAt = turn.Now + turn.Policy.CanaryTime } };

    private static void SettleAt(Turn turn, TimeSpan settled)
    {
        if (turn.Now < settled)
        {
            turn.WakeAt(settled);
            return;
        }

        turn.State = turn.State with { Breaker = turn.State.Breaker with { Open = false, TrialSlot = null, SettledAt = null, Failures = [] } };
        turn.Do(new PoolAction.SayCrashLoopOver());
    }

    private static int Limit(Turn turn) => Math.Max(turn.Policy.CrashLimit, 2 * Math.Max(turn.State.Target, PerRequest.IsOn(turn.State) ? turn.Policy.StandbyCount : 0));

    /// <summary>
    /// Only the trial makes the delay grow. The others were started before the breaker opened, all for the same reason; each of them
    /// counted, one bad moment of a large pool would make it wait for the longest delay at once.
    /// </summary>
    private static bool IsOnTrial(Turn turn, int slot) => turn.State.Breaker.TrialSlot == slot;

    /// <summary>Killed for its start timeout: its failure counts when it is reaped, or killed again, and until then it is still the one on trial.</summary>
    private static bool FailureToCome(WorkerState worker) => worker is { Phase: WorkerPhase.Killed, LeaveCause: WorkerExitCause.StartTimeout, FailureCounted: false };

    private static int Note(Turn turn)
    {
        BreakerState breaker = turn.State.Breaker;

        // Slow failures, or the delays of an open breaker, spread over more than a window; a pool that never served gives up all the same.
        TimeSpan since = !turn.State.EverReady ? TimeSpan.MinValue : turn.Now - turn.Policy.CrashWindow;
        TimeSpan[] recent = [.. breaker.Failures.Where(t => t >= since).Append(turn.Now).TakeLast(Limit(turn))];
        turn.State = turn.State with { Breaker = breaker with { Failures = recent } };
        return recent.Length;
    }

    private static void GiveUp(Turn turn, int failures, string what, bool ran)
    {
        turn.Do(new PoolAction.SayGivingUp(failures, what, ran));
        StopLadder.GiveUp(turn);
    }

    private static void Trip(Turn turn, int firstLevel, Func<TimeSpan, PoolAction> say)
    {
        PoolState state = turn.State;

        // A breaker that opens again soon goes on where it was: closing it was too early.
        BreakerState breaker = state.Breaker;
        bool again = breaker.Open || breaker.LastTrip is { } last && turn.Now - last < 6 * turn.Policy.CrashWindow;
        int level = again ? breaker.Level + 1 : firstLevel;
        TimeSpan delay = Delay(level, turn.Policy.MaxRestartDelay);
        turn.State = state with
        {
            Breaker = breaker with { Open = true, Level = level, LastTrip = turn.Now, ProbeAt = turn.Now + delay, TrialSlot = null, SettledAt = null },
        };
        turn.Do(say(delay));
    }
}
