using System.Text;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// The trial before a restart in place: the program that is on disk now is started, runs up to Manage with the listeners of this manager, checks its options, says so through a pipe and ends. On the manager's loop.
/// </summary>
internal sealed class NewProgram(SelfCommand self, IReadOnlyList<InheritedListener> listeners, Func<(IReadOnlyList<string> PassedOn, IReadOnlyList<SocketFile> Files)> bound, WorkingDirectory directory, SideProcesses side)
{
    /// <summary>What the trial says when the program can start.</summary>
    internal const string Word = "ready";

    private const int MaxText = 16 * 1024;

    private int _pid;

    internal void Try(Queue<ManagerEvent> events)
    {
        (int read, int write) = Descriptors.OutputPipe();
        try
        {
            directory.Enter();
            int[] inherited = [write, .. listeners.Select(static l => l.Descriptor)];
            int[] numbers = Spawner.ChildNumbers(inherited);
            (IReadOnlyList<string> passedOn, IReadOnlyList<SocketFile> files) = bound();
            var record = new LaunchRecord(Environment.ProcessId, -1, 0, false, -1, -1, [.. listeners.Select((l, i) => l with { Descriptor = numbers[i + 1] })])
            {
                Library = LaunchRecord.OwnLibrary,
                Layout = Layout.Version,
                PassedOn = passedOn,
                Files = files,
                Trial = numbers[0],
            };
            List<string> environment = WorkerEnvironment.Read();
            environment.Add($"{LaunchRecord.Variable}={record.Encode()}");
            int pid = Spawner.Spawn(new SpawnRequest(self.Path, self.Arguments, environment, inherited) { Quiet = true });
            _pid = pid;
            int answer = read;
            if (side.Watch(pid, reaps: true, end => events.Enqueue(new ManagerEvent.RestartTried(Failure(answer, end)))))
            {
                read = -1; // read and closed at its end
            }
        }
        catch (PosixException e)
        {
            events.Enqueue(new ManagerEvent.RestartTried(e.Message));
        }
        finally
        {
            Descriptors.Close(write);
            Descriptors.Close(read);
        }
    }

    /// <summary>The trial takes too long, or is of no use any more.</summary>
    internal void End() => side.Signal(_pid, Signals.KILL);

    private static string? Failure(int pipe, ChildEnd end)
    {
        Span<byte> buffer = stackalloc byte[MaxText];
        int length = Descriptors.Read(pipe, buffer);
        Descriptors.Close(pipe);
        string said = length > 0 ? Encoding.UTF8.GetString(buffer[..length]) : "";
        return said == Word ? null
            : end.Signal == Signals.KILL ? "the new program did not come to Manage within StartTimeout"
            : $"the new program ended with {(end.Signal is { } signal ? Signals.Name(signal) : $"exit code {end.ExitCode}")} before it could manage. Look at what it wrote to standard error, mend it and try again";
    }
}
