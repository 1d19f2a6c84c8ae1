using ProcManager.Scoreboard;
using ProcManager.Worker;

namespace ProcManager.Tests.Scoreboard;

public sealed class StatesOfASlot : IDisposable
{
    private readonly Board _board = new();

    [Fact]
    public void An_empty_pool_has_no_slots_and_no_states()
    {
        _board.Snapshot().Slots.Should().BeEmpty();
        _board.Snapshot().States.Should().BeEmpty();
    }

    [Fact]
    public void A_worker_being_started_is_F()
    {
        _board.Manager.SlotBeingStarted(0, 3);

        _board.Slot(0).Should().BeEquivalentTo(new { State = 'F', ProcessId = 0, Generation = 3 });
        _board.Slot(0).Started.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_worker_that_has_not_said_anything_is_F()
    {
        _board.Start(0, 99);

        _board.Slot(0).Should().BeEquivalentTo(new { State = 'F', ProcessId = 99 });
    }

    [Fact]
    public void A_worker_goes_through_its_states()
    {
        _board.Start(0);
        WorkerBoard worker = _board.Open(0);
        var dispatcher = new Dispatcher(worker, 0);
        string seen = State();
        worker.SetState(WorkerSlotState.Ready);
        seen += State();
        dispatcher.Pre();
        seen += State();
        dispatcher.Post();
        seen += State();
        dispatcher.Pre();
        _board.Manager.SlotToldToLeave(0);
        seen += State();
        dispatcher.Post();
        seen += State();

        seen.Should().Be("f.rwde");

        string State() => _board.Snapshot().States;
    }

    [Fact]
    public void A_worker_that_leaves_by_itself_drains_and_exits()
    {
        _board.Start(0);
        WorkerBoard worker = _board.Open(0);
        var dispatcher = new Dispatcher(worker, 0);
        dispatcher.Pre();
        worker.SetState(WorkerSlotState.Exiting);
        _board.Slot(0).State.Should().Be('d');

        dispatcher.Post();

        _board.Slot(0).State.Should().Be('e');
    }

    [Fact]
    public void Concurrent_requests_show_as_r_until_the_last_has_ended()
    {
        _board.Start(0);
        WorkerBoard worker = _board.Open(0);
        worker.SetState(WorkerSlotState.Ready);
        var dispatcher = new Dispatcher(worker, 0);
        RequestScope one = dispatcher.Begin(null, null);
        RequestScope two = dispatcher.Begin(null, null);
        _board.Slot(0).Should().BeEquivalentTo(new { State = 'r', Active = 2 });
        one.Dispose();
        _board.Slot(0).Should().BeEquivalentTo(new { State = 'r', Active = 1 });

        two.Dispose();

        _board.Slot(0).Should().BeEquivalentTo(new { State = 'w', Active = 0 });
    }

    [Fact]
    public void An_empty_slot_between_workers_is_a_blank()
    {
        _board.Start(0);
        _board.Start(1);
        _board.Start(2);
        _board.End(1);

        _board.Snapshot().States.Should().Be("F F");
        _board.Snapshot().Slots.Select(static s => s.Slot).Should().Equal(0, 2);
    }

    [Fact]
    public void A_slot_does_not_show_what_its_last_worker_left_there()
    {
        _board.Start(0);
        var dispatcher = new Dispatcher(_board.Open(0), 0);
        dispatcher.Pre();
        _ = dispatcher.Begin("GET /old", "10.0.0.1");
        _board.End(0);

        _board.Manager.SlotBeingStarted(0, 2);
        _board.Manager.SlotAlive(0, 5);

        _board.Slot(0).Should().BeEquivalentTo(new { State = 'F', Requests = 0L, Active = 0, Request = (string?)null, Client = (string?)null, Generation = 2 });
    }

    public void Dispose() => _board.Dispose();
}
