using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>One service's brain with a clock of its own, for tests that tell a story.</summary>
internal sealed class Walk
{
    internal Walk(ServiceDefinition definition, TimeSpan? begin = null)
    {
        Definition = definition;
        Now = begin ?? TimeSpan.FromHours(1);
    }

    internal ServiceDefinition Definition { get; set; }

    internal TimeSpan Now { get; set; }

    internal ServiceCondition Service { get; private set; } = new();

    internal IReadOnlyList<ServiceEffect> Effects { get; private set; } = [];

    internal IReadOnlyList<ServiceTelling> Notices { get; private set; } = [];

    internal ServiceState State => Service.State;

    internal static ServiceDefinition Foreground() => new() { Name = "fg", Kind = ServiceKind.Foreground, Start = new ServiceCommand("run") };

    internal static ServiceDefinition Detached(int? failures = 1) => new() { Name = "dt", Start = new ServiceCommand("start"), Checks = { new TcpCheck { Port = 1, Failures = failures } } };

    internal static SeenProcess Process(int pid = 100) => new(pid, pid * 10);

    internal Walk Happens(ServiceEvent happened)
    {
        (Service, Effects, Notices) = ServiceMachine.Decide(Definition, Service, happened, Now);
        return this;
    }

    internal Walk Begins(SeenProcess? process = null, bool isPaused = false, bool isOnce = false) => Happens(new ServiceEvent.Begun(process, isPaused, TimeSpan.Zero, isOnce));

    internal Walk Ticks(TimeSpan after)
    {
        Now += after;
        return Happens(new ServiceEvent.Tick());
    }

    /// <summary>The look that was asked for has this result.</summary>
    internal Walk Looks(bool passes, SeenProcess? process = null) =>
        Happens(new ServiceEvent.Looked(Service.LookNumber, [.. Definition.Checks.Select(_ => new CheckResult(passes, passes ? "fine" : "refused", process))]));

    internal Walk Launches(int pid = 100) => Happens(new ServiceEvent.Launched(Service.Run, Process(pid)));

    internal Walk Ends(string how = "exited with code 1", bool isFailure = true) => Happens(new ServiceEvent.Ended(Service.Run, how, isFailure));

    /// <summary>A foreground service without checks that is up.</summary>
    internal static Walk OfRunning(ServiceDefinition? definition = null) => new Walk(definition ?? Foreground()).Begins().Launches().Ticks(Starting.SettleTime);

    internal bool Does<T>()
        where T : ServiceEffect => Effects.OfType<T>().Any();
}
