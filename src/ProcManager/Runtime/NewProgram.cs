using System.Text;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// The trial before a restart in place: the program that is on disk now is started, runs up to Manage with the listeners of this manager, checks its options, says so through a pipe and ends. On the manager's loop.
/// </summary>
internal sealed class NewProgram(SelfCommand self, IReadOnlyList<InheritedListener> listeners, Func<(IReadOnlyList<string> PassedOn, IReadOnlyList<SocketFile> Files, ManagerState Now)> now, WorkingDirectory directory, SideProcesses side)
{
    /// <summary>What the trial says when the program can start.</summary>
    internal const string Word = "ready";

    private const int MaxText = 16 * 1024;

    private int _pid;
    private bool _isEnded;

    internal void Try(Queue<ManagerEvent> events)
    {
        (int read, int write) = Descriptors.OutputPipe();
        int file = -1;
        try
        {
            directory.Enter();
            (IReadOnlyList<string> passedOn, IReadOnlyList<SocketFile> files, ManagerState state) = now();
            file = Successor.Write(state);
            var launch = new ManagerLaunch(listeners, passedOn, files, write, file);
            LaunchRecord record = launch.Record with { Layout = Layout.Version, Trial = launch.NumberOf(write), State = launch.NumberOf(file) };
            List<string> environment = WorkerEnvironment.Read();
            environment.Add($"{LaunchRecord.Variable}={record.Encode()}");
            int pid = Spawner.Spawn(new SpawnRequest(self.Path, self.Arguments, environment, launch.Inherited) { Quiet = true });
            _pid = pid;
            _isEnded = false;
            int answer = read;
            if (side.Watch(pid, reaps: true, end => events.Enqueue(new ManagerEvent.RestartTried(Failure(answer, end)))))
            {
                read = -1; // read and closed at its end
            }
            else
            {
                events.Enqueue(new ManagerEvent.RestartTried("the host has reaped the trial of the new program, so its outcome is not known; a host waits for its own children only"));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            events.Enqueue(new ManagerEvent.RestartTried(e.Message));
        }
        finally
        {
            Descriptors.Close(write);
            Descriptors.Close(read);
            Descriptors.Close(file);
        }
    }

    /// <summary>The trial takes too long, or is of no use any more.</summary>
    internal void End()
    {
        _isEnded = true;
        if (side.All.Any(p => p.Pid == _pid))
        {
            Children.KillGroup(_pid); // not reaped yet
        }

        side.Signal(_pid, Signals.KILL);
    }

    private string? Failure(int pipe, ChildEnd end)
    {
        Span<byte> buffer = stackalloc byte[MaxText];
        int length = Descriptors.Read(pipe, buffer);
        Descriptors.Close(pipe);
        string said = length > 0 ? Encoding.UTF8.GetString(buffer[..length]) : "";
        return said == Word ? null
            : _isEnded ? "the new program did not come to Manage within StartTimeout"
            : $"the new program ended with {(end.Signal is { } signal ? Signals.Name(signal) : $"exit code {end.ExitCode}")} before it could manage. Look at what it wrote to standard error, mend it and try again";
    }
}
