using System.Diagnostics;
using ProcManager.Posix;
using ProcManager.Tool.Watching;

namespace ProcManager.Tests.Watching;

/// <summary>Only the process that was seen is signalled: its start time and its parent are the same.</summary>
public sealed class SignalsToHungWorkers : IDisposable
{
    private readonly Process _worker = Process.Start("sleep", "600");

    [Fact]
    public void A_worker_is_signalled()
    {
        WorkerSignal.TrySend(Environment.ProcessId, Seen(), Signals.TERM).Should().BeTrue();
        _worker.WaitForExit();
        _worker.ExitCode.Should().Be(128 + Signals.TERM);
    }

    [Fact]
    public void Another_process_with_the_same_number_is_not()
    {
        WorkerSignal.TrySend(Environment.ProcessId, Seen() with { StartTime = ProcFs.StartTime(_worker.Id) - 1 }, Signals.KILL).Should().BeFalse();
        WorkerSignal.TrySend(Environment.ProcessId, Seen() with { StartTime = 0 }, Signals.KILL).Should().BeFalse("the worker is on another machine");
        _worker.HasExited.Should().BeFalse();
    }

    [Fact]
    public void A_process_that_is_no_child_of_the_manager_is_not()
    {
        WorkerSignal.TrySend(ProcFs.Parent(Environment.ProcessId), Seen(), Signals.KILL).Should().BeFalse();
        _worker.HasExited.Should().BeFalse();
    }

    [Fact]
    public void A_process_that_has_ended_is_not()
    {
        WorkerReading seen = Seen();
        _worker.Kill();
        _worker.WaitForExit();
        WorkerSignal.TrySend(Environment.ProcessId, seen, Signals.KILL).Should().BeFalse();
    }

    public void Dispose()
    {
        _worker.Kill();
        _worker.Dispose();
    }

    private WorkerReading Seen() => new(0, _worker.Id, "now", 7, "", "") { StartTime = ProcFs.StartTime(_worker.Id) };
}
