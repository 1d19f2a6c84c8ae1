namespace ProcManager.Services.Supervision;

/// <summary>One decision in the making: a copy of the condition to work on, and the effects and notices so far. Lives inside <see cref="ServiceMachine.Decide"/>.</summary>
internal sealed class Decision(ServiceDefinition definition, ServiceCondition before, TimeSpan now)
{
    private readonly List<ServiceEffect> _effects = [];
    private readonly List<ServiceTelling> _notices = [];

    internal ServiceDefinition Definition { get; } = definition;

    internal TimeSpan Now { get; } = now;

    internal ServiceCondition Service { get; private set; } = before;

    internal bool IsForeground => Definition.Kind == ServiceKind.Foreground;

    internal bool HasChecks => Definition.Checks.Count > 0;

    internal IReadOnlyList<ServiceEffect> Effects => _effects;

    internal IReadOnlyList<ServiceTelling> Notices => _notices;

    internal void Update(Func<ServiceCondition, ServiceCondition> change) => Service = change(Service);

    internal void Do(ServiceEffect effect) => _effects.Add(effect);

    /// <summary>Another state: what the old one waited for does not count any more.</summary>
    internal void Enter(ServiceState state, string reason, TimeSpan? deadline = null) => Update(s => s with
    {
        State = state,
        Since = s.State == state ? s.Since : Now,
        Reason = reason,
        Deadline = deadline ?? (s.IsLaunching ? s.Deadline : null), // a start that hangs is not waited for without end
        LookAt = null,
        IsLooking = false,
        RestartsAfterLook = false,
        StopsAfterLook = false,
        LooksAfterStop = false,
        IsLastLook = false,
    });

    /// <summary>Tells bad news once until the service is up again; while a service flaps, only that it is given up.</summary>
    internal void TellOnce(ServiceChange change, string reason)
    {
        if (Service.Told == change || (Service.IsFlapping && change is not (ServiceChange.Flapping or ServiceChange.GivenUp)))
        {
            return;
        }

        _notices.Add(new(change, reason));
        Update(s => s with { Told = change });
    }

    /// <summary>Good news, when there was bad news.</summary>
    internal void TellRecovered(string reason)
    {
        if (Service.Told is not null)
        {
            _notices.Add(new(ServiceChange.Recovered, reason));
            Update(static s => s with { Told = null });
        }
    }
}
