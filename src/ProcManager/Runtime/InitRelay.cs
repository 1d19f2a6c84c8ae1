using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Pid 1. There the runtime reaps every child, ours too, and their ends would be lost. So the real manager is started as a
/// child, gets the listeners that are bound already, and every signal; orphans are reaped by the runtime, and the manager's
/// exit code becomes this process's. A container's --init makes this process unnecessary.
/// </summary>
internal static class InitRelay
{
    internal static int Run(SelfCommand self, IReadOnlyList<InheritedListener> listeners, IReadOnlyList<string> passedOn, ILogger log, ManagerSignals signals, Action started)
    {
        var start = new ProcessStartInfo(self.Path) { UseShellExecute = false };
        foreach (string argument in self.Arguments[1..])
        {
            start.ArgumentList.Add(argument);
        }

        var record = new LaunchRecord(Environment.ProcessId, -1, 0, false, -1, -1, listeners) { Library = LaunchRecord.OwnLibrary, PassedOn = passedOn };
        start.Environment[LaunchRecord.Variable] = record.Encode();
        foreach (InheritedListener listener in listeners)
        {
            Descriptors.ClearCloseOnExec(listener.Descriptor);
        }

        using var forward = new SignalRelay(log);
        foreach (int early in signals.Begin(forward.Pass).Keys)
        {
            forward.Pass(early);
        }

        forward.Starting();
        using Process manager = Process.Start(start) ?? throw new ProcManagerException($"The manager could not be started as a child of pid 1: {self.Path}.");
        Log.InitRelay(log, manager.Id);
        forward.Quietly(() => OwnAssemblies.Keep(log)); // before the relay's timer runs: see MappedCopy.Replace
        forward.To(manager.Id);
        started();
        manager.WaitForExit();
        return manager.ExitCode;
    }
}
