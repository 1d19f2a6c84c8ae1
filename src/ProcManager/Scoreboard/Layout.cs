using ProcManager.Posix;

namespace ProcManager.Scoreboard;

/// <summary>
/// Where everything lies in the shared memory. One writer per field: the manager writes the header, the ring and the first
/// line of each slot, the worker the others of its own slot. Little-endian, naturally aligned, so every field is read whole.
/// </summary>
internal static class Layout
{
    /// <summary>Goes up with every change below that a process with the other version would misread.</summary>
    internal const int Version = (int)(Magic >> 48);

    internal const ulong Magic = 0x0004_4452_414f_4250; // "PBOARD", then the version, 4

    // Header, written by the manager.
    internal const int MagicAt = 0;
    internal const int CapacityAt = 8;
    internal const int ManagerPidAt = 12;
    internal const int StartedAt = 16;
    internal const int TargetAt = 24;
    internal const int GenerationAt = 28;
    internal const int ReloadStateAt = 32;
    internal const int RingSizeAt = 36;
    internal const int StartsAt = 40;
    internal const int EndsAt = 48;
    internal const int CrashesAt = 56;
    internal const int EndedRequestsAt = 64;
    internal const int ReasonVersionAt = 72;
    internal const int ReasonLengthAt = 76;
    internal const int PoolVersionAt = 80; // odd while an ended worker's counters are being folded in
    internal const int QueueAt = 84;
    internal const int ReasonAt = 88;
    internal const int ReasonSize = 168;
    internal const int HeaderSize = 256;

    // The ring of the last ends, written by the manager.
    internal const int RingSize = 64;
    internal const int RingEntrySize = 256;
    internal const int RingVersionAt = 0;
    internal const int RingSlotAt = 4;
    internal const int RingPidAt = 8;
    internal const int RingGenerationAt = 12;
    internal const int RingExitCodeAt = 16;
    internal const int RingSignalAt = 20;
    internal const int RingCoreAt = 24;
    internal const int RingCauseAt = 28;
    internal const int RingUserAt = 32;
    internal const int RingSystemAt = 40;
    internal const int RingPeakAt = 48;
    internal const int RingAgeAt = 56;
    internal const int RingRequestsAt = 64;
    internal const int RingEndedAt = 72;
    internal const int RingTextLengthAt = 80;
    internal const int RingTextAt = 84;

    // A slot. Line 0: the manager's.
    internal const int SlotSize = 896;
    internal const int SlotStateAt = 0;
    internal const int SlotPidAt = 4;
    internal const int SlotGenerationAt = 8;
    internal const int SlotStartedAt = 16;
    internal const int SlotMemoryAt = 24;
    internal const int SlotCpuAt = 32;
    internal const int SlotSoftNumberAt = 40; // the request of PreDispatch whose soft timeout has come
    internal const int SlotSoftBeforeAt = 48; // the soft timeout of every scope begun until then has come
    internal const int SlotTakesOverAt = 56; // a futex: 1 when the worker that stands by is to serve
    internal const int SlotPausedAt = 60; // 1: the worker accepts no connections; an older manager leaves 0
    internal const int SlotLogLevelAt = 64; // the lowest level of its messages, plus 1; 0: as the program has it

    // Line 1: the worker's hot line.
    internal const int WorkerLine = 128;
    internal const int RequestNumberAt = WorkerLine;
    internal const int ActiveAt = WorkerLine + 8;
    internal const int FinishedAt = WorkerLine + 16;
    internal const int WorkerStateAt = WorkerLine + 24;
    internal const int ConnectionsAt = WorkerLine + 28; // open, kept ones too
    internal const int LongNumberAt = WorkerLine + 32; // the request of PreDispatch that was declared long
    internal const int DueNumberAt = WorkerLine + 40; // the one that has a limit of its own
    internal const int DueAt = WorkerLine + 48;
    internal const int DueGivenAt = WorkerLine + 56; // and when it was given that limit

    // Beside it, written once: a lock that a thread of the worker holds as long as it lives, and how far from it its word lies, plus 1; 0: there is none.
    internal const int LifeLockAt = WorkerLine + 64;
    internal const int LifeWordAt = LifeLockAt + LifeLock.Size;

    // Line 2, under a version (odd while it is being written): the most urgent of the scopes. Times are monotonic ticks.
    internal const int ScopeLine = 256;
    internal const int RequestVersionAt = ScopeLine;
    internal const int OldestScopeAt = ScopeLine + 8; // number, began, due, given; three times
    internal const int LongScopeAt = ScopeLine + 40;
    internal const int OwnScopeAt = ScopeLine + 72;
    internal const int ScopeBegan = 8;
    internal const int ScopeDue = 16;
    internal const int ScopeGiven = 24;
    internal const int UntoldAt = ScopeLine + 104; // when the oldest scope began that is not long and was not told of its soft timeout

    // Lines 3 to 6, under the same version: the texts of the request of PreDispatch and of the three scopes.
    internal const int DispatchTextAt = 384;
    internal const int OldestTextAt = 512;
    internal const int LongTextAt = 640;
    internal const int OwnTextAt = 768;
    internal const int TextWhose = 0; // of PreDispatch: the number it belongs to
    internal const int TextLength = 8;
    internal const int ClientLength = 12;
    internal const int Text = 16;
    internal const int TextSize = 64;
    internal const int Client = Text + TextSize;
    internal const int ClientSize = 48;

    internal const int RingOffset = HeaderSize;
    internal const int SlotsOffset = RingOffset + (RingSize * RingEntrySize);

    internal static int TotalSize(int capacity) => SlotsOffset + (capacity * SlotSize);

    internal static int SlotOffset(int slot) => SlotsOffset + (slot * SlotSize);

    /// <summary>Always within the ring: the number stands in the shared memory, where a broken worker may have made it negative.</summary>
    internal static int RingEntryOffset(long end) => RingOffset + ((int)((ulong)end % RingSize) * RingEntrySize);

    /// <summary>How many slots a scoreboard of so many bytes has. The length of the file cannot be changed, unlike what is written in it.</summary>
    internal static int CapacityOf(long bytes) => (int)Math.Clamp((bytes - SlotsOffset) / SlotSize, 0, int.MaxValue / SlotSize / 2);
}

/// <summary>What the manager has done about a slot.</summary>
internal enum SlotState
{
    Empty,
    BeingStarted,
    Alive,
    ToldToLeave,
}

/// <summary>What the worker says of itself.</summary>
internal enum WorkerSlotState
{
    None,
    Starting,
    Ready,
    Exiting,
    Standby,
}
