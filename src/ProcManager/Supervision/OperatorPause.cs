namespace ProcManager.Supervision;

/// <summary>
/// An operator pauses the pool: workers finish what they have and accept no new connections, which wait in the queues of the listeners. The pool keeps its workers, and a reload
/// or a recycling goes on as usual; a waiting connection starts no worker meanwhile.
/// </summary>
internal static class OperatorPause
{
    internal static void Request(Turn turn, bool paused)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            turn.Do(new PoolAction.SayIgnored(paused ? "pause" : "resume", "the pool is stopping"));
        }
        else if (turn.State.IsPaused != paused)
        {
            turn.State = turn.State with { IsPaused = paused };
            turn.Do(new PoolAction.SetPaused(paused));
        }
    }
}
