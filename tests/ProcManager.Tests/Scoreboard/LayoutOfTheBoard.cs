using System.Reflection;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Tests.Scoreboard;

public class LayoutOfTheBoard
{
    private const int TextRecord = Layout.Client + Layout.ClientSize;

    // Every field by the record it lies in: name, bytes.
    private static readonly (string Name, int Size)[] Header =
    [
        ("MagicAt", 8), ("CapacityAt", 4), ("ManagerPidAt", 4), ("StartedAt", 8), ("TargetAt", 4), ("GenerationAt", 4),
        ("ReloadStateAt", 4), ("RingSizeAt", 4), ("StartsAt", 8), ("EndsAt", 8), ("CrashesAt", 8), ("EndedRequestsAt", 8),
        ("PoolVersionAt", 4), ("ReasonVersionAt", 4), ("ReasonLengthAt", 4), ("QueueAt", 4), ("ReasonAt", Layout.ReasonSize),
    ];

    private static readonly (string Name, int Size)[] RingEntry =
    [
        ("RingVersionAt", 4), ("RingSlotAt", 4), ("RingPidAt", 4), ("RingGenerationAt", 4), ("RingExitCodeAt", 4), ("RingSignalAt", 4),
        ("RingCoreAt", 4), ("RingCauseAt", 4), ("RingUserAt", 8), ("RingSystemAt", 8), ("RingPeakAt", 8), ("RingAgeAt", 8),
        ("RingRequestsAt", 8), ("RingEndedAt", 8), ("RingTextLengthAt", 4), ("RingTextAt", Layout.TextSize),
    ];

    private static readonly (string Name, int Size)[] Slot =
    [
        ("SlotStateAt", 4), ("SlotPidAt", 4), ("SlotGenerationAt", 4), ("SlotStartedAt", 8),
        ("SlotMemoryAt", 8), ("SlotCpuAt", 8), ("SlotSoftNumberAt", 8), ("SlotSoftBeforeAt", 8), ("SlotTakesOverAt", 4), ("SlotPausedAt", 4), ("SlotLogLevelAt", 4),
        ("RequestNumberAt", 8), ("ActiveAt", 4), ("FinishedAt", 8), ("WorkerStateAt", 4), ("ConnectionsAt", 4),
        ("LongNumberAt", 8), ("DueNumberAt", 8), ("DueAt", 8), ("DueGivenAt", 8), ("LifeLockAt", LifeLock.Size), ("LifeWordAt", 4),
        ("RequestVersionAt", 4), ("OldestScopeAt", 32), ("LongScopeAt", 32), ("OwnScopeAt", 32), ("UntoldAt", 8),
        ("DispatchTextAt", TextRecord), ("OldestTextAt", TextRecord), ("LongTextAt", TextRecord), ("OwnTextAt", TextRecord),
    ];

    [Fact]
    public void Every_field_is_in_this_test() =>
        typeof(Layout).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(static f => f.Name).Where(static n => n.EndsWith("At", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Header.Concat(RingEntry).Concat(Slot).Select(static f => f.Name));

    [Fact]
    public void No_two_fields_of_the_header_overlap() => FieldsLieApart(Header, Layout.HeaderSize);

    [Fact]
    public void No_two_fields_of_a_ring_entry_overlap() => FieldsLieApart(RingEntry, Layout.RingEntrySize);

    [Fact]
    public void No_two_fields_of_a_slot_overlap() => FieldsLieApart(Slot, Layout.SlotSize);

    [Fact]
    public void Each_writer_of_a_slot_has_cache_lines_of_its_own()
    {
        Layout.SlotSize.Should().Match(static size => size % 128 == 0);
        Layout.SlotsOffset.Should().Match(static offset => offset % 128 == 0);
        Layout.WorkerLine.Should().Be(128);
        Layout.ScopeLine.Should().Be(256);
        foreach ((string name, int size) in Slot)
        {
            (At(name) < 128).Should().Be(name.StartsWith("Slot", StringComparison.Ordinal), name);
            ((At(name) + size - 1) / 128).Should().Be(At(name) / 128, name);
        }
    }

    [Fact]
    public void Two_texts_do_not_share_their_bytes()
    {
        Layout.TextWhose.Should().Be(0);
        Layout.TextLength.Should().Be(8);
        Layout.ClientLength.Should().Be(12);
        Layout.Text.Should().Be(16);
        Layout.Client.Should().Be(Layout.Text + Layout.TextSize, "both are copied at once");
    }

    [Fact]
    public void Header_ring_and_slots_follow_one_another_and_fill_the_whole()
    {
        Layout.RingOffset.Should().Be(Layout.HeaderSize);
        Layout.SlotsOffset.Should().Be(Layout.RingOffset + (64 * Layout.RingEntrySize));
        Layout.SlotOffset(0).Should().Be(Layout.SlotsOffset);
        Layout.SlotOffset(7).Should().Be(Layout.SlotOffset(6) + Layout.SlotSize);
        Layout.TotalSize(7).Should().Be(Layout.SlotOffset(7));
        Layout.TotalSize(Limits.MaxSlots).Should().BePositive();
    }

    [Fact]
    public void The_ring_goes_round_after_64_ends()
    {
        Layout.RingEntryOffset(0).Should().Be(Layout.RingOffset);
        Layout.RingEntryOffset(63).Should().Be(Layout.SlotsOffset - Layout.RingEntrySize);
        Layout.RingEntryOffset(64).Should().Be(Layout.RingOffset);
        Layout.RingEntryOffset(64L * int.MaxValue * 2).Should().Be(Layout.RingOffset);
    }

    private static int At(string name) =>
        (int)typeof(Layout).GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!;

    private static void FieldsLieApart((string Name, int Size)[] fields, int total)
    {
        int end = 0;
        foreach ((string name, int size) in fields.OrderBy(static f => At(f.Name)))
        {
            At(name).Should().BeGreaterThanOrEqualTo(end, "{0} begins behind the field before it", name);
            (At(name) % Math.Min(size, size > 8 ? 1 : 8)).Should().Be(0, "{0} is aligned", name);
            end = At(name) + size;
        }

        end.Should().BeLessThanOrEqualTo(total);
    }
}
