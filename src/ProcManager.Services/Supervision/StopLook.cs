namespace ProcManager.Services.Supervision;

/// <summary>An operator's stop or restart by a stop command, of a service whose process is not known: that the command has ended does not say that the service has.</summary>
internal static class StopLook
{
    private const string NotStopped = "the stop command has not stopped it";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Looks whether the service still runs. When the command has not failed, its end may take a moment.</summary>
    internal static void Begin(Decision decision)
    {
        decision.Update(static s => s with { LooksAfterStop = true, LookPause = FirstPause });
        Looking.Look(decision);
    }

    internal static void Looked(Decision decision, bool runs, bool allPass)
    {
        ServiceCondition service = decision.Service;
        if (service.Process is { } process)
        {
            decision.Update(s => s with { LooksAfterStop = false, IsStopUnseen = false, KillSent = false, Deadline = s.Deadline ?? decision.Now + decision.Definition.StopTimeout });
            decision.Do(new ServiceEffect.Watch(process));
            decision.Do(new ServiceEffect.Terminate());
        }
        else if (!runs)
        {
            GoOn(decision);
        }
        else if (!service.IsLastLook)
        {
            decision.Update(s => s with { LookAt = decision.Now + s.LookPause, LookPause = s.LookPause * 2 < LongestPause ? s.LookPause * 2 : LongestPause });
        }
        else if (service.IsPaused)
        {
            Pause(decision, $"paused, and it runs: {NotStopped}");
        }
        else if (allPass && service.AfterStop == AfterStop.Restart)
        {
            decision.Do(new ServiceEffect.TellNotStopped("restarted"));
            Looking.Passed(decision);
            decision.Update(static s => s with { Reason = $"it runs, and was not restarted: {NotStopped}" });
        }
        else if (allPass)
        {
            Looking.Passed(decision); // it was resumed meanwhile
        }
        else
        {
            GoOn(decision);
        }
    }

    /// <summary>The look has taken too long.</summary>
    internal static void NotSeen(Decision decision, string problem)
    {
        if (decision.Service.IsPaused)
        {
            Pause(decision, $"paused, and it may run: {problem}");
        }
        else
        {
            GoOn(decision);
        }
    }

    /// <summary>The time for the stop is over: one more look decides.</summary>
    internal static void TimeIsOver(Decision decision)
    {
        decision.Update(static s => s with { IsLastLook = true });
        Looking.Look(decision);
    }

    private static void Pause(Decision decision, string reason)
    {
        decision.Do(new ServiceEffect.TellNotStopped("stopped"));
        decision.Update(static s => s with { IsHalted = false });
        decision.Enter(ServiceState.Paused, reason);
    }

    private static void GoOn(Decision decision)
    {
        decision.Update(static s => s with { LooksAfterStop = false, IsStopUnseen = false });
        Stopping.Complete(decision);
    }
}
