namespace ProcManager.Services.Supervision;

/// <summary>
/// The brain of one service. Pure: no clock, no process, no log. What happened and the time come in; the next condition, the effects and the notices go out.
/// Here is only which event goes to which policy; each policy is a file beside this one.
/// </summary>
internal static class ServiceMachine
{
    private static readonly ServiceEvent.Tick Tick = new();

    internal static (ServiceCondition Service, IReadOnlyList<ServiceEffect> Effects, IReadOnlyList<ServiceTelling> Notices) Decide(
        ServiceDefinition definition, ServiceCondition service, ServiceEvent happened, TimeSpan now)
    {
        var decision = new Decision(definition, service, now);
        if (!service.IsOver(definition.Kind))
        {
            Apply(decision, happened);
        }

        return (decision.Service, decision.Effects, decision.Notices);
    }

    /// <summary>As <see cref="Decide"/>, for a deadline.</summary>
    internal static (ServiceCondition Service, IReadOnlyList<ServiceEffect> Effects, IReadOnlyList<ServiceTelling> Notices) Wake(ServiceDefinition definition, ServiceCondition service, TimeSpan now) =>
        Decide(definition, service, Tick, now);

    private static void Apply(Decision decision, ServiceEvent happened)
    {
        switch (happened)
        {
            case ServiceEvent.Begun begun:
                Orders.Begin(decision, begun);
                break;
            case ServiceEvent.Tick:
                Deadline(decision);
                break;
            case ServiceEvent.Slept slept:
                decision.Update(s => s with { Deadline = s.Deadline + slept.Gap, LookDeadline = s.LookDeadline + slept.Gap });
                break;
            case ServiceEvent.Looked looked:
                Looking.Looked(decision, looked);
                break;
            case ServiceEvent.Launched launched:
                Starting.Launched(decision, launched);
                break;
            case ServiceEvent.LaunchFailed failed:
                Starting.LaunchFailed(decision, failed);
                break;
            case ServiceEvent.Ended ended:
                Ending.Ended(decision, ended);
                break;
            case ServiceEvent.ProcessGone gone:
                Stopping.ProcessGone(decision, gone.Process);
                break;
            case ServiceEvent.AskedLeftovers asked:
                decision.Update(s => s with { LeftoversAskedOf = asked.Leader });
                break;
            case ServiceEvent.StopCommandEnded ended:
                Stopping.CommandEnded(decision, ended.IsFailure);
                break;
            case ServiceEvent.SnapshotTaken taken:
                Ending.SnapshotTaken(decision, taken.Number);
                break;
            case ServiceEvent.DependenciesChanged changed:
                Starting.DependenciesChanged(decision, changed.WaitsFor);
                break;
            case ServiceEvent.DefinitionChanged:
                Looking.DefinitionChanged(decision);
                break;
            case ServiceEvent.PauseRequested:
                Orders.Pause(decision);
                break;
            case ServiceEvent.ResumeRequested:
                Orders.Resume(decision);
                break;
            case ServiceEvent.RestartRequested:
                Orders.Restart(decision);
                break;
            case ServiceEvent.HaltRequested:
                Halting.Begin(decision);
                break;
            case ServiceEvent.StopRequested:
                Orders.Stop(decision);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "There is no rule for this event.");
        }
    }

    private static void Deadline(Decision decision)
    {
        Ending.CalmDown(decision);
        if (decision.Service.Deadline <= decision.Now)
        {
            decision.Update(static s => s with { Deadline = null });
            switch (decision.Service.State)
            {
                case ServiceState.Starting:
                    Starting.TimeIsOver(decision);
                    break;
                case ServiceState.BackingOff:
                    Starting.Proceed(decision, looksFirst: true);
                    break;
                case ServiceState.Stopping:
                    Stopping.TimeIsOver(decision);
                    break;
                case ServiceState.Down:
                    Ending.SnapshotTaken(decision, decision.Service.SnapshotNumber); // it hangs
                    break;
                default:
                    Starting.AbandonIfLaunching(decision);
                    break;
            }
        }

        if (decision.Service.IsLooking)
        {
            Looking.Await(decision);
        }
        else if (decision.Service.LookAt <= decision.Now)
        {
            Looking.Look(decision);
        }
    }
}
