namespace ProcManager.Services.Checks;

/// <summary>Makes the probe of a check.</summary>
internal static class Probes
{
    /// <summary>The probe keeps what it has learned between its checks, so one probe belongs to one check of one service and is kept.</summary>
    internal static IServiceProbe Of(ServiceCheck check) => check switch
    {
        PidFileCheck pidFile => new PidFileProbe(pidFile),
        ExecutableCheck executable => new ExecutableProbe(executable.Path),
        TcpCheck tcp => new TcpProbe(tcp),
        UnixSocketCheck unix => new UnixSocketProbe(unix),
        HttpCheck http => new HttpProbe(http),
        CommandCheck command => new CommandProbe(command),
        _ => throw new ArgumentException($"There is no probe for {check.GetType().Name}.", nameof(check)),
    };
}
