namespace ProcManager.Posix;

/// <summary>AppContext switches that take away what newer kernels have, so that the ways around it are tested where it is there.</summary>
internal static class Switches
{
    /// <summary>ProcManager.NoPidFd: ended workers are noticed by SIGCHLD.</summary>
    internal static bool NoPidFd { get; } = IsOn("ProcManager.NoPidFd");

    /// <summary>ProcManager.NoEpoll: workers wait for connections in poll(2).</summary>
    internal static bool NoEpoll { get; } = !OperatingSystem.IsLinux() || IsOn("ProcManager.NoEpoll");

    /// <summary>ProcManager.NoFutex: one that stands by takes over when the dead one is gone, and is woken by its lifeline.</summary>
    internal static bool NoFutex { get; } = IsOn("ProcManager.NoFutex");

    private static bool IsOn(string name) => AppContext.TryGetSwitch(name, out bool on) && on;
}
