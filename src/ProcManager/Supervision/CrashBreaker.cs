namespace ProcManager.Supervision;

/// <summary>
/// The one crash-loop engine. Failures are counted in a window; too many open the breaker. Then one worker at a time is
/// started on trial, with a delay that doubles with each failure; one that becomes ready and lives for the canary time closes
/// it. Workers that serve are never touched. Only a pool in which no worker ever became ready gives up.
/// </summary>
internal static class CrashBreaker
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    internal static void Failed(Turn turn, string what)
    {
        int failures = Note(turn);
        if (turn.State.Breaker.Open || failures >= Limit(turn))
        {
            Trip(turn, failures, what, passing: false, firstLevel: 0);
        }
    }

    /// <summary>A start that the system refused. Passing (no memory, no descriptors): tried again. Permanent (no such file): as good as a crash loop.</summary>
    internal static void StartFailed(Turn turn, bool permanent, string what)
    {
        if (turn.State.Phase == PoolPhase.Running)
        {
            Trip(turn, Note(turn), what, passing: !permanent, firstLevel: 1);
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

        return turn.Count(static w => w.Phase is WorkerPhase.Launching or WorkerPhase.Starting) == 0;
    }

    internal static void ProbeReady(Turn turn)
    {
        if (turn.State.Breaker is { Open: true } breaker)
        {
            turn.State = turn.State with { Breaker = breaker with { SettledAt = turn.Now + turn.Policy.CanaryTime } };
        }
    }

    internal static void Settle(Turn turn)
    {
        if (turn.State.Breaker is { Open: true, SettledAt: { } settled } breaker)
        {
            if (turn.Now < settled)
            {
                turn.WakeAt(settled);
                return;
            }

            turn.State = turn.State with { Breaker = breaker with { Open = false, SettledAt = null, Failures = [] } };
            turn.Do(new PoolAction.SayCrashLoopOver());
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

    private static int Limit(Turn turn) => Math.Max(turn.Policy.CrashLimit, 2 * turn.State.Target);

    private static int Note(Turn turn)
    {
        BreakerState breaker = turn.State.Breaker;
        TimeSpan since = turn.Now - turn.Policy.CrashWindow;
        TimeSpan[] recent = [.. breaker.Failures.Where(t => t >= since).Append(turn.Now).TakeLast(Limit(turn))];
        turn.State = turn.State with { Breaker = breaker with { Failures = recent } };
        return turn.State.Breaker.Failures.Length;
    }

    private static void Trip(Turn turn, int failures, string what, bool passing, int firstLevel)
    {
        PoolState state = turn.State;
        if (!state.EverReady && !passing)
        {
            turn.Do(new PoolAction.SayGivingUp(failures, what));
            StopLadder.GiveUp(turn);
            return;
        }

        if (state.Breaker.Open && turn.Now < state.Breaker.ProbeAt)
        {
            // Started before the breaker opened, or serving all along: this end says nothing of the next trial.
            if (passing)
            {
                turn.Do(new PoolAction.SayStartRetry(state.Breaker.ProbeAt - turn.Now, what));
            }

            return;
        }

        // A breaker that opens again soon goes on where it was: closing it was too early.
        BreakerState breaker = state.Breaker;
        bool again = breaker.Open || breaker.LastTrip is { } last && turn.Now - last < 6 * turn.Policy.CrashWindow;
        int level = again ? breaker.Level + 1 : firstLevel;
        TimeSpan delay = Delay(level, turn.Policy.MaxRestartDelay);
        turn.State = state with
        {
            Breaker = breaker with { Open = true, Level = level, LastTrip = turn.Now, ProbeAt = turn.Now + delay, SettledAt = null },
        };
        turn.Do(passing ? new PoolAction.SayStartRetry(delay, what) : new PoolAction.SayCrashLoop(failures, turn.Policy.CrashWindow, delay, what));
    }
}
