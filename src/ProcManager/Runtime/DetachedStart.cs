using System.Text;
using Microsoft.Extensions.Logging;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// The option Detach, in the process that was started: starts this program once more, in a session of its own, hands over the listeners that are bound already, and waits until all first workers are ready. What the program
/// writes up to then is still seen where it was started.
/// </summary>
internal static class DetachedStart
{
    private const int MaxReason = 16 * 1024;

    /// <summary>Gives the exit code of this process, and a reason that is not told yet.</summary>
    internal static (int ExitCode, string? Reason) Run(SelfCommand self, IReadOnlyList<InheritedListener> listeners, IReadOnlyList<string> passedOn, IReadOnlyList<SocketFile> files, ManagerSignals signals, bool isManager, ILogger log)
    {
        (int read, int write) = Descriptors.OutputPipe();
        int pid;
        try
        {
            var launch = new ManagerLaunch(listeners, passedOn, files, write);
            List<string> environment = WorkerEnvironment.OfManager(launch.Record with { Starter = launch.NumberOf(write) });
            pid = Spawner.Spawn(new SpawnRequest(self.Path, self.Arguments, environment, launch.Inherited) { OwnSession = true });
        }
        catch
        {
            Descriptors.Close(read);
            throw;
        }
        finally
        {
            Descriptors.Close(write);
        }

        int pidFd = Children.OpenPidFd(pid);
        using var relay = new SignalRelay(log);
        Action<int> pass = isManager ? relay.Pass : signal => Children.Signal(pid, pidFd, signal); // a plain process has handlers of its own, or none
        relay.To(pid);
        foreach (int early in signals.Begin(pass).Keys)
        {
            pass(early);
        }

        string said = ReadAll(read);
        if (said == StartReport.ReadyWord)
        {
            return (0, null);
        }

        // The rest of its life is short: its exit code is the one that its own manager would have had here.
        ChildEnd? end;
        while ((end = Children.TryReap(pid)) is null)
        {
            _ = Connections.WaitFor(pidFd, Constants.POLLIN, pidFd < 0 ? 10 : -1);
        }

        string? reason = said.StartsWith(StartReport.FailedWord, StringComparison.Ordinal) ? said[StartReport.FailedWord.Length..]
            : end.Value.Signal is { } signal ? $"the detached manager (pid {pid}) was ended by {Signals.Name(signal)} before its first workers were ready"
            : null;
        return (end.Value.ExitCode is { } code and not 0 ? code : 1, reason);
    }

    private static string ReadAll(int pipe)
    {
        var text = new List<byte>();
        Span<byte> buffer = stackalloc byte[1024];
        while (text.Count < MaxReason)
        {
            _ = Connections.WaitFor(pipe, Constants.POLLIN, -1);
            int read = Descriptors.Read(pipe, buffer);
            if (read == 0)
            {
                break;
            }

            text.AddRange(read > 0 ? buffer[..read] : []);
        }

        Descriptors.Close(pipe);
        return Encoding.UTF8.GetString([.. text]).TrimEnd('\n');
    }
}
