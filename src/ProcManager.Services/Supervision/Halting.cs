namespace ProcManager.Services.Supervision;

/// <summary>An operator stops one service: it is paused, and what runs of it is ended.</summary>
internal static class Halting
{
    internal const string StoppedReason = "stopped by an operator";
    private const string RunsReason = "paused, and it runs: nothing says how to stop it";

    internal static void Begin(Decision decision)
    {
        Orders.Hold(decision);
        decision.Update(static s => s with { IsHalted = true, WasHalted = true });
        if (decision.Service.State == ServiceState.Stopping)
        {
            decision.Update(static s => s with { AfterStop = AfterStop.Pause });
        }
        else if (!decision.IsForeground && decision.HasChecks && !decision.Service.IsUp)
        {
            // It was not looked for, or not lately, and may run all the same.
            decision.Enter(ServiceState.Stopping, StoppedReason);
            decision.Update(static s => s with { AfterStop = AfterStop.Pause, StopsAfterLook = true, UpSince = null });
            Looking.Look(decision);
        }
        else
        {
            Stop(decision, runs: !decision.IsForeground && decision.Service.IsUp, RunsReason);
        }
    }

    /// <summary>The look has told what runs.</summary>
    internal static void Looked(Decision decision, bool runs)
    {
        decision.Update(static s => s with { StopsAfterLook = false });
        Stop(decision, runs, RunsReason);
    }

    /// <summary>The look has taken too long, so what runs is not known.</summary>
    internal static void NotSeen(Decision decision, string problem)
    {
        decision.Update(static s => s with { StopsAfterLook = false });
        Stop(decision, runs: true, $"paused, and it may run: {problem}");
    }

    private static void Stop(Decision decision, bool runs, string notStopped)
    {
        if (Stopping.IsNeeded(decision) || (runs && decision.Definition.Stop is not null))
        {
            Stopping.Begin(decision, AfterStop.Pause, StoppedReason);
            return;
        }

        if (runs)
        {
            decision.Do(new ServiceEffect.Refuse("stopped"));
            decision.Update(static s => s with { IsHalted = false });
        }

        decision.Enter(ServiceState.Paused, runs ? notStopped : StoppedReason);
        decision.Update(static s => s with { UpSince = null });
    }
}
