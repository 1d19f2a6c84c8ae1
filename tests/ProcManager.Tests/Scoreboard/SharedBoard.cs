using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Scoreboard;

public sealed unsafe class SharedBoard : IDisposable
{
    private readonly Board _board = new(capacity: 4);

    [Fact]
    public void Manager_and_worker_see_each_other_through_two_mappings()
    {
        _board.Manager.SetPool(target: 4, generation: 2);
        _board.Start(0);
        _board.Start(1, pid: 812);
        WorkerBoard worker = _board.Open(1);
        ((nint)worker.Memory!.Address).Should().NotBe((nint)_board.Manager.Memory.Address);

        ScoreboardSnapshot seen = SnapshotReader.Read(worker.Memory);

        seen.Should().BeEquivalentTo(new { ManagerProcessId = Environment.ProcessId, Target = 4, Generation = 2, Reload = ReloadStatus.None });
        seen.ManagerStarted.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        seen.States.Should().Be("Ff");
        seen.Slots[1].ProcessId.Should().Be(812);
    }

    [Fact]
    public void A_failed_reload_is_told_with_its_reason_until_the_next_one()
    {
        _board.Manager.SetReload(ReloadStatus.Failed, new string('r', 500));
        _board.Snapshot().Reload.Should().Be(ReloadStatus.Failed);
        _board.Snapshot().ReloadReason.Should().Be(new string('r', Layout.ReasonSize));

        _board.Manager.SetReload(ReloadStatus.Running, null);

        _board.Snapshot().Should().BeEquivalentTo(new { Reload = ReloadStatus.Running, ReloadReason = (string?)null });
    }

    [Fact]
    public void The_memory_can_neither_shrink_nor_grow()
    {
        int size = Layout.TotalSize(4);
        foreach (int length in new[] { 0, size - 1, size + 1 })
        {
            LibC.ftruncate(_board.Manager.Memory.Fd, length).Should().Be(-1);
            Marshal.GetLastPInvokeError().Should().Be(Errno.EPERM);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void A_slot_that_is_not_there_is_refused(int slot) =>
        FluentActions.Invoking(() => WorkerBoard.Open(_board.Manager.Memory.Fd, slot)).Should().Throw<ProcManagerException>().WithMessage($"*not a scoreboard with a slot {slot}*");

    [Fact]
    public void Another_memory_is_refused()
    {
        SharedMemory other = SharedMemory.Create(Layout.TotalSize(4));

        Refused(other.Fd);

        Descriptors.Close(other.Fd);
    }

    [Fact]
    public void A_file_too_short_is_refused_before_it_is_read()
    {
        using var folder = new TempFolder();
        using FileStream file = File.Create(folder["short"]);

        Refused((int)file.SafeFileHandle.DangerousGetHandle());
    }

    [Fact]
    public void A_board_whose_slots_are_not_all_there_is_refused()
    {
        _board.Forge(Layout.CapacityAt, 1000);

        FluentActions.Invoking(() => WorkerBoard.Open(_board.Manager.Memory.Fd, 999)).Should().Throw<ProcManagerException>();
    }

    [Fact]
    public void A_socket_is_refused()
    {
        (int ours, int theirs) = Descriptors.SocketPair();

        Refused(ours);

        Descriptors.Close(ours);
        Descriptors.Close(theirs);
    }

    [Fact]
    public void A_forged_capacity_does_not_lead_the_reader_out_of_the_memory()
    {
        _board.Start(0);
        _board.Forge(Layout.CapacityAt, int.MaxValue);
        _board.Forge(Layout.StartsAt + 4, 1); // four thousand million starts

        _board.Snapshot().States.Should().Be("F");
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void No_forged_header_leads_the_manager_out_of_the_memory(int high)
    {
        _board.Start(0);
        foreach (int at in (int[])[Layout.StartsAt, Layout.EndsAt, Layout.EndedRequestsAt])
        {
            _board.Forge(at, int.MaxValue);
            _board.Forge(at + 4, high);
        }

        Layout.RingEntryOffset(*(long*)(_board.Manager.Memory.Address + Layout.EndsAt)).Should().BeInRange(Layout.RingOffset, Layout.SlotsOffset - Layout.RingEntrySize);
        _board.Manager.AddEnd(Board.Exit(0), crash: true);
        _ = _board.Snapshot().LastEnds.Sum(static e => (e.Exit.UserTime + e.Exit.SystemTime).TotalSeconds);
    }

    [Fact]
    public void A_manager_that_takes_the_memory_over_believes_its_length_and_no_forged_capacity()
    {
        _board.Forge(Layout.CapacityAt, int.MaxValue);

        var next = ManagerBoard.TakeOver(_board.Manager.Memory.Fd);

        next.Memory.Length.Should().Be(Layout.TotalSize(4));
        next.SetPaused(true);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Nonsense_numbers_of_many_workers_are_summed_without_an_overflow(int high)
    {
        for (int slot = 0; slot < 4; slot++)
        {
            _board.Start(slot);
            foreach (int at in (int[])[Layout.RequestNumberAt, Layout.FinishedAt, Layout.ActiveAt - 4])
            {
                _board.Forge(Layout.SlotOffset(slot) + at + 4, high);
            }
        }

        ScoreboardSnapshot snapshot = _board.Snapshot();
        snapshot.Requests.Should().BeInRange(0, 8 * SlotReader.MaxRequests);
        snapshot.Slots.Should().OnlyContain(static s => s.Active >= 0);
    }

    [Fact]
    public void A_plain_process_has_a_slot_that_nobody_else_sees()
    {
        var worker = WorkerBoard.Private();

        worker.Memory.Should().BeNull();
        (*worker.RequestNumber).Should().Be(0);
    }

    [Fact]
    public void Without_a_scoreboard_the_view_says_what_to_do() =>
        FluentActions.Invoking(static () => new ProcessManager().Scoreboard.Snapshot()).Should().Throw<InvalidOperationException>().WithMessage("*call Manage first*");

    public void Dispose() => _board.Dispose();

    private static void Refused(int fd) =>
        FluentActions.Invoking(() => WorkerBoard.Open(fd, 0)).Should().Throw<ProcManagerException>().WithMessage("*scoreboard*");
}
