namespace ProcManager.Services.Supervision;

/// <summary>What the keeper and its operator ask for: begin, pause, resume, restart, stop.</summary>
internal static class Orders
{
    /// <summary>The number of the start whose process is taken over from an earlier keeper.</summary>
    internal const int FirstRun = 1;

    internal const string PausedReason = "paused by an operator";
    internal const string NotRestartedReason = "it runs, and was not restarted: nothing says how to stop it";
    private const string RestartReason = "an operator restarts it";

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
            LastProcess = decision.IsForeground ? null : begun.LastProcess,
            LeftoversAskedOf = !decision.IsForeground && begun.LeftoversAsked ? begun.LastProcess : null,
            Run = begun.Process is null ? s.Run : Math.Max(s.Run, FirstRun),
            RunsBefore = begun.Process is null ? s.Run : Math.Max(s.Run, FirstRun) - 1,
            IsHalted = begun.IsHalted,
            WasHalted = begun.IsHalted,
        });
        if (begun.IsPaused)
        {
            decision.Enter(ServiceState.Paused, begun.IsHalted ? Halting.StoppedReason : PausedReason);
            if (begun.Halts)
            {
                Halting.Begin(decision);
            }
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
        Hold(decision);
        if (decision.Service.State is not (ServiceState.Stopping or ServiceState.Stopped))
        {
            Starting.AbandonIfLaunching(decision);
            decision.Enter(ServiceState.Paused, PausedReason);
            decision.Update(static s => s with { UpSince = null });
        }
    }

    /// <summary>From now on the service is neither looked for nor started, and nothing is told of it.</summary>
    internal static void Hold(Decision decision) => decision.Update(static s => s with { IsPaused = true, Told = null, IsFlapping = false, Downs = [] });

    internal static void Resume(Decision decision)
    {
        bool wasGivenUp = decision.Service.State == ServiceState.GivenUp;
        if (!wasGivenUp && !decision.Service.IsPaused)
        {
            decision.Update(static s => s.State == ServiceState.Up ? s with { Reason = "" } : s); // why it was not restarted, which is over
            return;
        }

        BeginAnew(decision);
        if (decision.Service.State is ServiceState.Paused or ServiceState.GivenUp || decision.Service.StopsAfterLook)
        {
            decision.Enter(ServiceState.Unknown, "");
            Observe(decision);
        }
    }

    /// <summary>Also ends a pause, and what was given up is tried again.</summary>
    internal static void Restart(Decision decision)
    {
        BeginAnew(decision);
        if (decision.Service is { State: ServiceState.Stopping, StopsAfterLook: false })
        {
            decision.Update(static s => s with { AfterStop = AfterStop.Restart });
        }
        else if (!decision.IsForeground && decision.HasChecks && !decision.Service.IsUp)
        {
            // It was not looked for, or not lately, and may run all the same.
            decision.Enter(ServiceState.Unknown, RestartReason);
            decision.Update(static s => s with { RestartsAfterLook = true });
            Looking.Look(decision);
        }
        else
        {
            _ = TryRestart(decision, runs: !decision.IsForeground && decision.Service.IsUp);
        }
    }

    /// <summary>Stops what runs, and starts the service. False: it runs, and nothing says how to stop it.</summary>
    internal static bool TryRestart(Decision decision, bool runs)
    {
        if (Stopping.IsNeeded(decision) || (runs && decision.Definition.Stop is not null))
        {
            Stopping.Begin(decision, AfterStop.Restart, RestartReason);
            return true;
        }

        if (runs)
        {
            decision.Do(new ServiceEffect.Refuse("restarted"));
            return false;
        }

        decision.Update(static s => s with { Reason = RestartReason });
        Starting.Proceed(decision, looksFirst: false);
        return true;
    }

    /// <summary>The keeper ends: a foreground service goes with it. A detached one stays, and when it is being stopped for a restart, it is started first.</summary>
    internal static void Stop(Decision decision)
    {
        decision.Update(static s => s with { KeeperStops = true });
        if (!decision.IsForeground)
        {
            decision.Update(s => s with { Deadline = s.IsLaunching && !(s.Deadline < decision.Now + Stopping.KillPatience) ? decision.Now + Stopping.KillPatience : s.Deadline });
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

    /// <summary>What was told before does not keep new bad news from being told; that the service is down is known.</summary>
    private static void BeginAnew(Decision decision) => decision.Update(static s => s with
    {
        IsPaused = false,
        IsHalted = false,
        Streak = 0,
        Restarts = [],
        Downs = [],
        IsFlapping = false,
        WasUp = false,
        Failures = [],
        Told = s.Told is null ? null : ServiceChange.Down,
    });

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
