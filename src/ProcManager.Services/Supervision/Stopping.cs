using ProcManager.Services.Checks;

namespace ProcManager.Services.Supervision;

/// <summary>The stop ladder: the stop command or TERM, and KILL when that has taken too long.</summary>
internal static class Stopping
{
    /// <summary>A process that KILL does not end waits for the kernel, as for a disk. The keeper's own end does not wait longer than this for it.</summary>
    internal static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    /// <summary>Something of the service runs; or a stop command is given, and something seems to run, or may run where no check can tell.</summary>
    internal static bool IsNeeded(Decision decision) =>
        !decision.Service.IsGone || (!decision.IsForeground && decision.Definition.Stop is not null && (decision.Service.SomethingRuns || !CanTell(decision.Definition)));

    /// <summary>The first step.</summary>
    /// <param name="decision">The decision.</param>
    /// <param name="next">What comes after the stop.</param>
    /// <param name="reason">Why.</param>
    /// <param name="killsStart">The start command has taken too long and gets KILL. A process that a check has named is the service, and is asked to end first.</param>
    internal static void Begin(Decision decision, AfterStop next, string reason, bool killsStart = false)
    {
        bool watches = !decision.IsForeground && decision.Service.Process is not null;
        bool onlyKills = killsStart && !watches;
        decision.Enter(ServiceState.Stopping, reason, decision.Now + (onlyKills ? KillPatience : decision.Definition.StopTimeout));
        decision.Update(s => s with { AfterStop = next, KillSent = onlyKills, UpSince = null, IsStopUnseen = false });
        if (watches)
        {
            decision.Do(new ServiceEffect.Watch(decision.Service.Process!.Value));
        }

        if (killsStart)
        {
            decision.Do(new ServiceEffect.KillStart());
        }

        if (onlyKills)
        {
            return;
        }

        if (decision.Definition.Stop is not null)
        {
            decision.Update(s => s with { StopCommandRuns = true, IsStopUnseen = !decision.IsForeground && decision.HasChecks && !watches });
            decision.Do(new ServiceEffect.RunStopCommand());
        }
        else
        {
            decision.Do(new ServiceEffect.Terminate());
        }
    }

    internal static void ProcessGone(Decision decision, SeenProcess process)
    {
        if (!decision.IsForeground && decision.Service.Process == process)
        {
            decision.Update(static s => s with { Process = null });
            Complete(decision);
        }
    }

    internal static void CommandEnded(Decision decision, bool isFailure)
    {
        if (!decision.Service.StopCommandRuns)
        {
            return;
        }

        decision.Update(s => s with { StopCommandRuns = false, IsLastLook = isFailure });
        if (isFailure && decision.Service is { State: ServiceState.Stopping, IsGone: false, KillSent: false })
        {
            decision.Do(new ServiceEffect.Terminate());
        }

        Complete(decision);
    }

    internal static void TimeIsOver(Decision decision)
    {
        if (decision.Service.LooksAfterStop)
        {
            StopLook.TimeIsOver(decision);
        }
        else if (!decision.Service.KillSent)
        {
            decision.Update(s => s with { KillSent = true, Deadline = decision.Now + KillPatience });
            decision.Do(new ServiceEffect.Kill());
            if (decision.Service.IsLaunching)
            {
                Starting.Abandon(decision);
                Complete(decision);
            }
        }
        else if (decision.Service.KeeperStops)
        {
            decision.Update(static s => s with { HasChild = false, Process = null, IsLaunching = false, StopCommandRuns = false });
            decision.Enter(decision.IsForeground ? ServiceState.Stopped : ServiceState.Down, "the process did not end after KILL; the kernel has not let it go");
        }
        else
        {
            decision.Update(static s => s with { Reason = "waits for the end of a process that KILL has not ended yet" });
        }
    }

    /// <summary>Goes on when nothing is left.</summary>
    internal static void Complete(Decision decision)
    {
        if (decision.Service is not { State: ServiceState.Stopping, IsGone: true, StopsAfterLook: false, LooksAfterStop: false })
        {
            return;
        }

        if (decision.Service is { IsStopUnseen: true, AfterStop: AfterStop.Pause or AfterStop.Restart })
        {
            StopLook.Begin(decision);
        }
        else
        {
            Ending.GoOn(decision, decision.Service.AfterStop);
        }
    }

    /// <summary>A check tells whether the process is there.</summary>
    internal static bool CanTell(ServiceDefinition definition) => definition.Checks.Any(IsCertain);

    internal static bool IsCertain(ServiceCheck check) => check is PidFileCheck or ExecutableCheck;
}
