using ProcManager.Scoreboard;
using ProcManager.Worker;

namespace ProcManager.Tests.Scoreboard;

public sealed class RingOfEnds : IDisposable
{
    private readonly Board _board = new();

    [Fact]
    public void An_end_is_kept_with_everything_known_of_it()
    {
        var exit = new WorkerExit
        {
            Slot = 3,
            ProcessId = 812,
            Generation = 2,
            Cause = WorkerExitCause.DieTimeout,
            Signal = 9,
            CoreDumped = true,
            UserTime = TimeSpan.FromMilliseconds(1500),
            SystemTime = TimeSpan.FromMilliseconds(250),
            PeakMemory = 80L << 30,
            Age = TimeSpan.FromDays(400),
            Requests = 5_000_000_000,
        };

        _board.Manager.AddEnd(exit, crash: true);

        WorkerEnd end = _board.Snapshot().LastEnds.Should().ContainSingle().Subject;
        end.Exit.Should().Be(exit);
        end.Exit.HowItEnded.Should().Be("SIGKILL, core dumped");
        end.Ended.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        end.LastRequest.Should().BeNull();
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(255, null)]
    [InlineData(null, 15)]
    [InlineData(null, null)]
    public void Exit_code_and_signal_are_told_apart(int? exitCode, int? signal)
    {
        WorkerExit exit = Board.Exit(0) with { ExitCode = exitCode, Signal = signal };

        _board.Manager.AddEnd(exit, crash: false);

        _board.Snapshot().LastEnds[0].Exit.Should().Be(exit);
    }

    [Fact]
    public void The_last_64_are_kept_the_newest_first()
    {
        for (int pid = 1; pid <= 150; pid++)
        {
            _board.Manager.AddEnd(Board.Exit(0) with { ProcessId = pid }, crash: false);
        }

        _board.Snapshot().LastEnds.Select(static e => e.Exit.ProcessId).Should().Equal(Enumerable.Range(87, 64).Reverse());
        _board.Snapshot().Ends.Should().Be(150);
    }

    [Fact]
    public void The_request_that_was_under_way_is_kept()
    {
        _board.Start(0);
        _ = new Dispatcher(_board.Open(0), 0).Begin("GET /crash", null);

        _board.End(0, WorkerExitCause.Crashed, crash: true);

        _board.Snapshot().LastEnds[0].LastRequest.Should().Be("GET /crash");
    }

    [Fact]
    public void A_request_that_had_ended_is_not_blamed()
    {
        _board.Start(0);
        new Dispatcher(_board.Open(0), 0).Begin("GET /innocent", null).Dispose();

        _board.End(0, WorkerExitCause.Crashed, crash: true);

        _board.Snapshot().LastEnds[0].LastRequest.Should().BeNull();
    }

    [Fact]
    public void An_entry_that_is_being_written_is_left_out()
    {
        _board.Manager.AddEnd(Board.Exit(0) with { ProcessId = 1 }, crash: false);
        _board.Manager.AddEnd(Board.Exit(0) with { ProcessId = 2 }, crash: false);
        _board.Forge(Layout.RingEntryOffset(1) + Layout.RingVersionAt, 5);

        _board.Snapshot().LastEnds.Should().ContainSingle().Which.Exit.ProcessId.Should().Be(1);
    }

    public void Dispose() => _board.Dispose();
}
