using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Systemd;

namespace ProcManager;

/// <content>This process as a service of systemd. Manager process.</content>
public partial class ProcessManager
{
    private readonly ActivatedSockets _activated;
    private ServiceState? _stores; // manager process, while systemd keeps its listeners

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

    // A service with FileDescriptorStoreMax= has the variable FDSTORE from systemd 254 on. Its listeners survive a restart: connections wait in their queues.
    private void StoreListeners(ServiceState? service)
    {
        if (service is null || !int.TryParse(Environment.GetEnvironmentVariable("FDSTORE"), out int room) || room <= 0)
        {
            return;
        }

        _stores = service;
        foreach (InheritedListener kept in _listeners.Keep())
        {
            service.Store(kept.Name, kept.Descriptor);
        }

        foreach (string name in _listenersLeft)
        {
            service.Unstore(name);
        }

        // A listener that this program no longer has: clients would wait for ever.
        foreach ((string name, int descriptor) in _activated.Left)
        {
            service.Unstore(name);
            Descriptors.Close(descriptor);
        }
    }

    private void StoreAgain(string name)
    {
        if (_stores is { } service && _listeners.ToHandOver.FirstOrDefault(l => l.Name == name) is { Name: not null } renewed)
        {
            service.Unstore(name);
            service.Store(name, renewed.Descriptor);
        }
    }

    private static ServiceWatchdog? WatchdogOf(ServiceState? service) => service is null
        ? null
        : ServiceWatchdog.Find(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), service.IsAlive);

    private IPoolObserver Told(IPoolObserver observer, ServiceState? service) =>
        service is null ? observer : new ServiceObserver(observer, service, isReady: _before is { ReadyAnnounced: true });
}
