namespace ProcManager.Supervision;

/// <summary>
/// An operator pauses the pool: workers finish what they have and accept no new connections, which wait in the queues of the listeners. The pool keeps its workers: none is started for a connection that waits, and none leaves because it is idle. A reload
/// or a recycling goes on as usual; a waiting connection starts no worker meanwhile.
/// </summary>
internal static class OperatorPause
{
    internal static void Request(Turn turn, bool paused)
    {
        if (turn.State.IsStopping)
        {
            turn.Do(new PoolAction.SayIgnored(paused ? "pause" : "resume", "the pool is stopping"));
        }
        else if (turn.State.IsPaused != paused)
        {
            // Nothing is looked at in a pause, so what was seen before must not be waited for after it.
            turn.State = turn.State with { IsPaused = paused, Demand = turn.State.Demand with { Waiting = false, WaitsSince = null, LookAgainAt = null, Full = null } };
            turn.Do(new PoolAction.SetPaused(paused));
        }
    }
}
