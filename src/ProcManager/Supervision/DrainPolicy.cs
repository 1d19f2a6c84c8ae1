namespace ProcManager.Supervision;

/// <summary>
/// The time between the call to stop and the stop (<see cref="PoolPolicy.DrainDelay"/>): the pool says that it is not ready and serves on as before, so that load balancers send new connections elsewhere before the listeners
/// close. Crashed workers are replaced and a reload under way goes on; orders that change the pool are ignored, as in a stop.
/// </summary>
internal static class DrainPolicy
{
    /// <summary>False when there is nothing to wait for: no delay is wanted, the pool is paused and has said so, or no connection can have come, since no worker was ever ready and none starts on demand.</summary>
    internal static bool TryBegin(Turn turn)
    {
        PoolState state = turn.State;
        if (turn.Policy.DrainDelay <= TimeSpan.Zero || state.IsPaused || (!state.EverReady && turn.Policy.Demand.Sizing is not (PoolSizing.OnDemand or PoolSizing.PerRequest)))
        {
            return false;
        }

        turn.State = state with { StopAsked = true, DrainUntil = turn.Now + turn.Policy.DrainDelay, ReloadAgain = false };
        turn.Do(new PoolAction.SayDrainBegan(turn.Policy.DrainDelay));
        RestartInPlace.GiveUp(turn);
        return true;
    }

    /// <summary>Time in which the manager did not run counts: the load balancers have had it, and <c>/ready</c> gave no yes.</summary>
    internal static void Advance(Turn turn)
    {
        if (turn.State is not { Phase: PoolPhase.Running, DrainUntil: { } until })
        {
            return;
        }

        if (until <= turn.Now)
        {
            StopLadder.BeginAsked(turn);
        }
        else
        {
            turn.WakeAt(until);
        }
    }
}
