namespace ProcManager.Services.Supervision;

/// <summary>Starts a service that is down: when it may be started, and whether the start has succeeded.</summary>
internal static class Starting
{
    /// <summary>A foreground service without checks counts as up when its process has lived so long.</summary>
    internal static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1);

    private const string NotRunningReason = "it does not run";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FirstLookPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts the service, as soon as its dependencies are up.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="looksFirst">The service may run again, started by a person: then it is left alone.</param>
    internal static void Proceed(Decision decision, bool looksFirst)
    {
        if (decision.Service.WaitsFor is { } dependency && !decision.Service.KeeperStops)
        {
            decision.Enter(ServiceState.Waiting, Dependencies.WaitsForReason + dependency);
        }
        else if (looksFirst && !decision.IsForeground && decision.HasChecks)
        {
            Looking.Look(decision);
        }
        else
        {
            StopThenLaunch(decision);
        }
    }

    internal static void DependenciesChanged(Decision decision, string? waitsFor)
    {
        decision.Update(s => s with { WaitsFor = waitsFor });
        if (decision.Service.State != ServiceState.Waiting)
        {
            return;
        }

        if (waitsFor is null)
        {
            Proceed(decision, looksFirst: true);
        }
        else
        {
            decision.Enter(ServiceState.Waiting, Dependencies.WaitsForReason + waitsFor);
        }
    }

    /// <summary>Never two at once: what is left of the service is stopped first.</summary>
    private static void StopThenLaunch(Decision decision)
    {
        if (!decision.Service.IsGone)
        {
            Stopping.Begin(decision, AfterStop.Restart, decision.Service.Reason);
            return;
        }

        bool isFirst = decision.Service is { WasEverUp: false } && decision.Service.Run == decision.Service.RunsBefore && (decision.IsForeground || !decision.Service.IsOnce); // a single round tells what it has started
        decision.Enter(ServiceState.Starting, ReasonOf(decision.Service), decision.Now + Timeout(decision));
        decision.Update(s => s with
        {
            Run = s.Run + 1,
            IsLaunching = true,
            Failures = [],
            Seen = "",
            RestartCount = isFirst ? 0 : s.RestartCount + 1,
            Restarts = isFirst ? s.Restarts : [.. s.Restarts.Where(t => decision.Now - t < (decision.Definition.GiveUp?.Within ?? TimeSpan.Zero)), decision.Now],
        });
        if (!decision.IsForeground && decision.Service.LastProcess is { } last)
        {
            decision.Do(new ServiceEffect.EndLeftovers(last, Forcefully: decision.Service.LeftoversAsked));
        }

        decision.Do(new ServiceEffect.Launch(decision.Service.Run));
    }

    /// <summary>Why a service is being started; what it has waited for is there now.</summary>
    private static string ReasonOf(ServiceCondition service) => service switch
    {
        { State: ServiceState.Waiting } => $"started after {service.Reason[Dependencies.WaitsForReason.Length..]}",
        { Reason: "" } => NotRunningReason,
        _ => service.Reason,
    };

    internal static void Launched(Decision decision, ServiceEvent.Launched launched)
    {
        if (!decision.Service.Awaits(launched.Run))
        {
            return;
        }

        decision.Update(s => s with { IsLaunching = false, HasChild = true, Process = decision.IsForeground ? launched.Process : s.Process });
        if (decision.Service.State == ServiceState.Stopping)
        {
            decision.Do(new ServiceEffect.Terminate()); // it came too late for the first signal
        }
        else if (decision.Service.State == ServiceState.Starting)
        {
            Await(decision);
        }
    }

    /// <summary>The start command runs: from now on the time for its success passes.</summary>
    internal static void Await(Decision decision)
    {
        if (decision.Service.Reason == NotRunningReason) // which is not so any more
        {
            string waits = decision.HasChecks ? "waits for its checks to pass" : $"waits until its process has run for {Diagnostics.Words.Time(SettleTime)}";
            decision.Update(s => s with { Reason = waits });
        }

        if (decision.HasChecks)
        {
            decision.Update(s => s with { Deadline = decision.Now + Timeout(decision), LookAt = decision.Now + FirstLookPause, LookPause = FirstLookPause });
        }
        else
        {
            decision.Update(s => s with { Deadline = decision.Now + SettleTime });
        }
    }

    internal static void LaunchFailed(Decision decision, ServiceEvent.LaunchFailed failed)
    {
        if (failed.Run != decision.Service.Run || !decision.Service.IsLaunching)
        {
            return;
        }

        decision.Update(static s => s with { IsLaunching = false });
        if (decision.Service.State == ServiceState.Starting)
        {
            Ending.StartFailed(decision, failed.Reason);
        }
        else if (decision.Service.State == ServiceState.Stopping)
        {
            Stopping.Complete(decision);
        }
    }

    internal static void TimeIsOver(Decision decision)
    {
        if (decision.Service.IsLaunching)
        {
            Abandon(decision);
            Ending.StartFailed(decision, $"it could not be started within {Diagnostics.Words.Time(Timeout(decision))}; the user database or a file system may not answer");
            return;
        }

        if (!decision.HasChecks)
        {
            Looking.Passed(decision);
            return;
        }

        string seen = decision.Service.Seen.Length > 0 ? $": {decision.Service.Seen}" : "";
        Ending.StartFailed(decision, $"the checks have not passed within {Diagnostics.Words.Time(Timeout(decision))}{seen}");
    }

    /// <summary>A start that hangs is waited for no longer.</summary>
    internal static void Abandon(Decision decision)
    {
        decision.Update(static s => s with { IsLaunching = false });
        decision.Do(new ServiceEffect.AbandonStart());
    }

    internal static void AbandonIfLaunching(Decision decision)
    {
        if (decision.Service.IsLaunching)
        {
            Abandon(decision);
        }
    }

    private static TimeSpan Timeout(Decision decision) => decision.Definition.Start?.Timeout ?? DefaultTimeout;
}
