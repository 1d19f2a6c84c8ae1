using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Systemd;

namespace ProcManager;

/// <content>This process as a service of systemd. Manager process.</content>
public partial class ProcessManager
{
    private readonly ActivatedSockets _activated;

    // Once in a process, whatever number of managers it makes: each socket is given out once.
    private static readonly Lazy<ActivatedSockets> PassedBySystemd = new(static () => ActivatedSockets.Read(
        Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.GetEnvironmentVariable("LISTEN_FDNAMES"),
        static fd => Descriptors.IsListening(fd) && Descriptors.IsStreamSocket(fd)));

    private void WarnOfActivatedSockets()
    {
        foreach ((string name, int descriptor) in _activated.Left)
        {
            SystemdLog.NotTaken(_log, name, descriptor);
        }
    }

    // systemd gives the variables to the main process, and WorkerEnvironment takes them from all that the manager starts.
    private ServiceState? FindService(ProcessManagerOptions options) =>
        NotifySocket.Find(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), _log) is { } socket ? new ServiceState(socket, options, Scoreboard.Snapshot) : null;

    private static ServiceWatchdog? WatchdogOf(ServiceState? service) => service is null
        ? null
        : ServiceWatchdog.Find(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), service.IsAlive);

    private static IPoolObserver Told(IPoolObserver observer, ServiceState? service) => service is null ? observer : new ServiceObserver(observer, service);
}
