using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Tests.Scoreboard;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>A worker that stands by and awaits its turn instead of blocking a thread. What it is shows in its slot.</summary>
public sealed class StandbysThatAwait : IDisposable
{
    private readonly Board _board = new();
    private readonly WorkerBoard _worker;
    private readonly Parking _parking;

    public StandbysThatAwait()
    {
        _board.Start(0);
        _worker = _board.Open(0);
        _worker.SetState(WorkerSlotState.Standby);
        _parking = new Parking(_worker, 0);
    }

    private WorkerSlotState Shown => _board.Manager.Look(0).State;

    [Fact]
    public async Task One_that_awaits_says_that_it_serves_when_the_word_comes()
    {
        Task over = _parking.WhenOver();
        over.IsCompleted.Should().BeFalse();
        Shown.Should().Be(WorkerSlotState.Standby);

        _board.Manager.SlotTakesOver(0);
        _parking.TakeOver();

        await over.Within();
        Shown.Should().Be(WorkerSlotState.Ready);
    }

    [Fact]
    public async Task One_that_begins_to_await_after_the_word_says_that_it_serves()
    {
        _board.Manager.SlotTakesOver(0);
        _parking.TakeOver();
        Shown.Should().Be(WorkerSlotState.Standby, "no thread awaits its turn yet");

        await _parking.WhenOver().Within();

        Shown.Should().Be(WorkerSlotState.Ready);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_leaves_says_nothing_of_the_kind(bool awaits)
    {
        Task? over = awaits ? _parking.WhenOver() : null;
        _worker.SetState(WorkerSlotState.Exiting);
        _parking.Leave();

        await (over ?? _parking.WhenOver()).Within();

        Shown.Should().Be(WorkerSlotState.Exiting);
    }

    public void Dispose() => _board.Dispose();
}
