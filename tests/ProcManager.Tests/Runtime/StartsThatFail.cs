using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;
using ProcManager.Tests.Scoreboard;

namespace ProcManager.Tests.Runtime;

/// <summary>Whatever goes wrong with a start, the brain hears of it, and no process is left that it does not know.</summary>
public sealed class StartsThatFail : IDisposable
{
    private const int Slot = 3;

    private readonly string _title = "late-" + Guid.NewGuid().ToString("N");
    private readonly Board _board = new();
    private readonly Inbox _inbox = new();
    private readonly WorkerTable _workers;
    private readonly Queue<ManagerEvent> _events = new();

    public StartsThatFail() => _workers = new WorkerTable(_board.Manager, _inbox, [], new SideProcesses());

    [Fact]
    public void One_whose_title_the_host_cannot_tell_is_reported()
    {
        Launch(new Host(static () => throw new FormatException("no such title")));

        _events.Should().Equal(new ManagerEvent.LaunchFailed(Slot, false, "worker 3 could not be started: no such title"));
        _board.Snapshot().Slots.Should().BeEmpty();
    }

    [Fact]
    public void One_that_fails_when_its_process_is_there_already_leaves_no_process()
    {
        _workers.Add(new WorkerHandle(Slot, 1, int.MaxValue, -1, -1, default)); // so that the new one cannot be entered

        try
        {
            Launch(new Host(() => _title));

            Processes().Should().BeEmpty();
            _events.Should().ContainSingle().Which.Should().BeOfType<ManagerEvent.LaunchFailed>().Which.Slot.Should().Be(Slot);
            _board.Snapshot().Slots.Should().BeEmpty();
        }
        finally
        {
            foreach (int pid in Processes())
            {
                _ = LibC.kill(pid, Signals.KILL);
                Children.Reap(pid);
            }
        }
    }

    public void Dispose()
    {
        _workers.Dispose();
        _inbox.Dispose();
        _board.Dispose();
    }

    private void Launch(IPoolObserver observer)
    {
        var self = SelfCommand.Read();
        var directory = new WorkingDirectory(null, "/", self.Path, NullLogger.Instance);
        var launcher = new WorkerLauncher(self, _board.Manager.Memory.Fd, [], directory, new ProcessManagerOptions());
        var side = new SideProcesses();
        var processes = new CaptureProcesses(launcher, side, new ProcessManagerOptions());
        var captures = new Captures(processes, NullLogger.Instance, false, new ProcessManagerOptions());
        var tools = new WatchTools(new Looker(_workers, _board.Manager, new ProcessManagerOptions()), captures, new OperatorCaptures(processes, false), side, new NewProgram(self, [], static () => ([], [], new ProcManager.Handover.ManagerState()), directory, side), new ProcessManagerOptions());
        new ActionRunner(launcher, _workers, _board.Manager, observer, NullLogger.Instance, false, tools).Run(new PoolAction.Launch(Slot, 1), _events);
    }

    private int[] Processes() =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(static f => int.TryParse(Path.GetFileName(f), out int pid) ? pid : 0)
            .Where(pid => pid > 0 && Title(pid).StartsWith(_title, StringComparison.Ordinal)),
    ];

    private static string Title(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }

    private sealed class Host(Func<string> title) : IPoolObserver
    {
        public string WorkerTitle(int slot) => title();

        public void DrainBegan(TimeSpan delay)
        {
        }

        public void WorkerStarted(WorkerHandle worker)
        {
        }

        public void WorkerReady(WorkerHandle worker)
        {
        }

        public void WorkerExited(WorkerExit exit)
        {
        }

        public void PoolReady()
        {
        }

        public void ReloadBegan(int generation)
        {
        }

        public void ReloadRefused(int generation, string reason)
        {
        }

        public void ReloadFinished(ReloadOutcome outcome, int generation, string? reason)
        {
        }

        public void WorkerHung(WorkerHandle worker, HangKind kind, TimeSpan age, string request, string client)
        {
        }

        public void AcceptChanged(bool paused)
        {
        }

        public void PauseChanged(bool paused)
        {
        }

        public void LogLevelChanged(Microsoft.Extensions.Logging.LogLevel? level)
        {
        }

        public void Stopping()
        {
        }
    }
}
