namespace ProcManager.Services;

/// <summary>One service that must run: how the keeper sees that it runs, and how it is started. The same as an entry of <c>services.json</c>.</summary>
public sealed class ServiceDefinition
{
    /// <summary>The name: 1 to 64 of the characters <c>a-z A-Z 0-9 . _ -</c>, not beginning with a dot or a dash. Required, and unique within a keeper.</summary>
    public string Name { get; set; } = "";

    /// <summary>How the service belongs to the keeper. Default: <see cref="ServiceKind.Detached"/>.</summary>
    public ServiceKind Kind { get; set; }

    /// <summary>How the keeper sees that the service runs; all of them must pass. Required for a detached service; a foreground service runs as long as its process does.</summary>
    public IList<ServiceCheck> Checks { get; } = [];

    /// <summary>
    /// The command that starts the service. Required. Its <see cref="ServiceCommand.Timeout"/> (60 seconds unless set) is the time until the checks must pass.
    /// </summary>
    public ServiceCommand? Start { get; set; }

    /// <summary>
    /// The command that stops the service, before a restart while it still runs. Default: TERM, and after <see cref="StopTimeout"/> KILL, to the process that the checks have identified by pid file or executable,
    /// or to the process group of a foreground service.
    /// </summary>
    public ServiceCommand? Stop { get; set; }

    /// <summary>How long a stop may take before the keeper sends KILL. Default: 10 seconds; allowed: 100 milliseconds to 1 hour.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the checks are made. Default: 10 seconds; allowed: 100 milliseconds to 1 day.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The delays between starts that fail.</summary>
    public ServiceBackoff Backoff { get; set; } = new();

    /// <summary>When the keeper stops trying; null (the default): never.</summary>
    public ServiceGiveUp? GiveUp { get; set; }

    /// <summary>The names of the services that must run before this one is started.</summary>
    public IList<string> DependsOn { get; } = [];

    /// <summary>Commands whose output is part of the snapshot before a restart of this service, beside what the keeper itself collects.</summary>
    public IList<ServiceCommand> SnapshotCommands { get; } = [];

    /// <summary>The log of a foreground service: what it writes to standard output and error.</summary>
    public ServiceLogOptions Log { get; set; } = new();

    /// <summary>The command and the mail address that get notice of a change of state; null (the default): as the keeper's own <see cref="ServiceKeeperOptions.Notify"/> says.</summary>
    public ServiceNotifyOptions? Notify { get; set; }
}
