namespace ProcManager.Services.Supervision;

/// <summary>What the keeper and its operator ask for: begin, pause, resume, restart, stop.</summary>
internal static class Orders
{
    internal const string PausedReason = "paused by an operator";

    /// <summary>What runs is left alone: only what is seen to be down is started.</summary>
    internal static void Begin(Decision decision, ServiceEvent.Begun begun)
    {
        decision.Update(s => s with
        {
            LookOffset = begun.LookOffset,
            IsOnce = begun.IsOnce,
            IsPaused = begun.IsPaused,
            HasChild = begun.Process is not null,
            Process = decision.IsForeground ? begun.Process : null,
            Run = begun.Process is null ? 0 : 1,
        });
        if (begun.IsPaused)
        {
            decision.Enter(ServiceState.Paused, PausedReason);
        }
        else if (begun.Process is not null && !decision.IsForeground)
        {
            decision.Enter(ServiceState.Starting, "the start command of an earlier keeper still runs");
            Starting.Await(decision);
            Looking.Look(decision);
        }
        else
        {
            Observe(decision);
        }
    }

    internal static void Pause(Decision decision)
    {
        decision.Update(static s => s with { IsPaused = true, Told = null, IsFlapping = false, Downs = [] });
        if (decision.Service.State is not (ServiceState.Stopping or ServiceState.Stopped))
        {
            decision.Enter(ServiceState.Paused, PausedReason);
            decision.Update(static s => s with { UpSince = null });
        }
    }

    internal static void Resume(Decision decision)
    {
        bool wasGivenUp = decision.Service.State == ServiceState.GivenUp;
        if (!wasGivenUp && !decision.Service.IsPaused)
        {
            return;
        }

        BeginAnew(decision);
        if (decision.Service.State is ServiceState.Paused or ServiceState.GivenUp)
        {
            decision.Enter(ServiceState.Unknown, "");
            Observe(decision);
        }
    }

    /// <summary>Also ends a pause, and what was given up is tried again.</summary>
    internal static void Restart(Decision decision)
    {
        BeginAnew(decision);
        if (decision.Service.State == ServiceState.Stopping)
        {
            decision.Update(static s => s with { AfterStop = AfterStop.Restart });
        }
        else if (Stopping.IsNeeded(decision))
        {
            Stopping.Begin(decision, AfterStop.Restart, "an operator restarts it");
        }
        else
        {
            decision.Update(static s => s with { Reason = "an operator restarts it" });
            Starting.Proceed(decision, looksFirst: false);
        }
    }

    /// <summary>The keeper ends: a foreground service goes with it. A detached one stays, and when it is being stopped for a restart, it is started first.</summary>
    internal static void Stop(Decision decision)
    {
        decision.Update(static s => s with { KeeperStops = true });
        if (!decision.IsForeground)
        {
            return;
        }

        if (decision.Service.State == ServiceState.Stopping)
        {
            decision.Update(static s => s with { AfterStop = AfterStop.End });
        }
        else if (decision.Service.IsGone)
        {
            decision.Enter(ServiceState.Stopped, "the keeper was stopped");
        }
        else
        {
            Stopping.Begin(decision, AfterStop.End, "the keeper was stopped");
        }
    }

    private static void BeginAnew(Decision decision) =>
        decision.Update(static s => s with { IsPaused = false, Streak = 0, Restarts = [], Downs = [], IsFlapping = false, WasUp = false, Failures = [] });

    private static void Observe(Decision decision)
    {
        if (!decision.IsForeground)
        {
            Looking.Look(decision);
        }
        else if (!decision.Service.HasChild)
        {
            Starting.Proceed(decision, looksFirst: false);
        }
        else if (decision.HasChecks)
        {
            Looking.Look(decision);
        }
        else
        {
            Looking.Passed(decision);
        }
    }
}
