using System.Text;
using ProcManager.Posix;

namespace ProcManager.Scoreboard;

/// <summary>The manager's side of the scoreboard: header, ring of the last ends, first line of each slot.</summary>
internal sealed unsafe class ManagerBoard
{
    private readonly byte* _memory;
    private readonly int _capacity;
    private int _paused;
    private int _logLevel;

    internal ManagerBoard(int capacity)
    {
        Memory = SharedMemory.Create(Layout.TotalSize(capacity));
        _memory = Memory.Address;
        _capacity = capacity;
        Int(Layout.CapacityAt) = capacity;
        Int(Layout.ManagerPidAt) = Environment.ProcessId;
        Int(Layout.RingSizeAt) = Layout.RingSize;
        Long(Layout.StartedAt) = UnixMilliseconds();
        Volatile.Write(ref *(ulong*)(_memory + Layout.MagicAt), Layout.Magic);
    }

    private ManagerBoard(SharedMemory memory)
    {
        Memory = memory;
        _memory = memory.Address;
        _capacity = Layout.CapacityOf(memory.Length);
    }

    internal SharedMemory Memory { get; }

    /// <summary>No worker was started with this board.</summary>
    internal bool IsUnused => Long(Layout.StartsAt) == 0;

    internal void SetPool(int target, int generation)
    {
        Volatile.Write(ref Int(Layout.TargetAt), target);
        Volatile.Write(ref Int(Layout.GenerationAt), generation);
    }

    /// <summary>The scoreboard that the manager before has made in this process.</summary>
    internal static ManagerBoard TakeOver(int fd)
    {
        long bytes = FileIdentity.OfDescriptor(fd)?.Size ?? 0;
        return new ManagerBoard(SharedMemory.Map(fd, Layout.TotalSize(Layout.CapacityOf(bytes))));
    }

    /// <summary>What an operator has said to the manager before; workers know it already.</summary>
    internal void TakeOver(bool paused, int? logLevel) => (_paused, _logLevel) = (paused ? 1 : 0, logLevel + 1 ?? 0);

    /// <summary>How many connections waited at the last look.</summary>
    internal void SetQueue(int length) => Volatile.Write(ref Int(Layout.QueueAt), length);

    /// <summary>For every worker of now and later. Those of now are then told by a word on their lifelines.</summary>
    internal void SetPaused(bool paused)
    {
        _paused = paused ? 1 : 0;
        InEverySlot(Layout.SlotPausedAt, _paused);
    }

    /// <summary>As <see cref="SetPaused"/>. Null: as the program has it.</summary>
    internal void SetLogLevel(int? level)
    {
        _logLevel = level + 1 ?? 0;
        InEverySlot(Layout.SlotLogLevelAt, _logLevel);
    }

    internal void SetReload(ReloadStatus status, string? reason)
    {
        ref int version = ref Int(Layout.ReasonVersionAt);
        int next = version + 1;
        Volatile.Write(ref version, next);
        Thread.MemoryBarrier();
        Int(Layout.ReloadStateAt) = (int)status;
        Int(Layout.ReasonLengthAt) = Put(Layout.ReasonAt, Layout.ReasonSize, reason);
        Volatile.Write(ref version, next + 1);
    }

    internal void SlotBeingStarted(int slot, int generation)
    {
        // What an earlier worker left there must not be taken for the new one's.
        new Span<byte>(_memory + Layout.SlotOffset(slot) + Layout.WorkerLine, Layout.SlotSize - Layout.WorkerLine).Clear();
        Slot(slot, Layout.SlotGenerationAt) = generation;
        Long(Layout.SlotOffset(slot) + Layout.SlotMemoryAt) = 0;
        Long(Layout.SlotOffset(slot) + Layout.SlotCpuAt) = 0;
        SetSoftTimeout(slot, 0, TimeSpan.Zero);
        Slot(slot, Layout.SlotTakesOverAt) = 0;
        Slot(slot, Layout.SlotPausedAt) = _paused;
        Slot(slot, Layout.SlotLogLevelAt) = _logLevel;
        Long(Layout.SlotOffset(slot) + Layout.SlotStartedAt) = UnixMilliseconds();
        Volatile.Write(ref Slot(slot, Layout.SlotStateAt), (int)SlotState.BeingStarted);
    }

    internal void SlotAlive(int slot, int pid)
    {
        Slot(slot, Layout.SlotPidAt) = pid;
        Volatile.Write(ref Slot(slot, Layout.SlotStateAt), (int)SlotState.Alive);
        Long(Layout.StartsAt)++;
    }

    /// <summary>Wakes the worker that waits for this.</summary>
    internal void SlotTakesOver(int slot)
    {
        int* word = (int*)(_memory + Layout.SlotOffset(slot) + Layout.SlotTakesOverAt);
        Volatile.Write(ref *word, 1);
        Futex.WakeAll(word);
    }

    internal void SlotToldToLeave(int slot) => Volatile.Write(ref Slot(slot, Layout.SlotStateAt), (int)SlotState.ToldToLeave);

    internal void SlotEmpty(int slot)
    {
        Volatile.Write(ref Slot(slot, Layout.SlotStateAt), (int)SlotState.Empty);
        Slot(slot, Layout.SlotPidAt) = 0;
    }

    internal void SlotUses(int slot, long memory, TimeSpan cpu)
    {
        long at = Layout.SlotOffset(slot);
        if (memory > 0)
        {
            Volatile.Write(ref *(long*)(_memory + at + Layout.SlotMemoryAt), memory);
        }

        if (cpu > TimeSpan.Zero)
        {
            Volatile.Write(ref *(long*)(_memory + at + Layout.SlotCpuAt), cpu.Ticks);
        }
    }

    /// <summary>For the worker, which is then woken by a word on its lifeline.</summary>
    internal void SetSoftTimeout(int slot, ulong number, TimeSpan before)
    {
        Volatile.Write(ref *(ulong*)(_memory + Layout.SlotOffset(slot) + Layout.SlotSoftNumberAt), number);
        Volatile.Write(ref *(long*)(_memory + Layout.SlotOffset(slot) + Layout.SlotSoftBeforeAt), before.Ticks);
    }

    /// <summary>The word of the lock that the worker in this slot holds as long as it lives; null when it holds none.</summary>
    internal int* LifeWord(int slot)
    {
        int at = Volatile.Read(ref Slot(slot, Layout.LifeWordAt)) - 1;
        return at is >= 0 and < LifeLock.Size && at % sizeof(int) == 0 ? (int*)(_memory + Layout.SlotOffset(slot) + Layout.LifeLockAt + at) : null;
    }

    internal SlotLook Look(int slot) => SlotLook.Read(_memory + Layout.SlotOffset(slot));

    /// <summary>What this request is; nothing when it has ended, or is none of those whose text is there.</summary>
    internal (string? Text, string? Client) Request(int slot, ulong number, bool isScope) => SlotReader.Request(_memory + Layout.SlotOffset(slot), number, isScope);

    /// <summary>Requests the worker in this slot has finished.</summary>
    internal long Requests(int slot) => SlotReader.Finished(_memory + Layout.SlotOffset(slot));

    /// <summary>The worker in this slot has begun a request, at least.</summary>
    internal bool HasServed(int slot) => Look(slot) is { Dispatch: > 0 } or { Finished: > 0 } or { Active: > 0 };

    /// <summary>Folds an ended worker's counters into the pool's, so that no total ever goes back, notes the end in the ring, and empties the slot.</summary>
    internal void AddEnd(WorkerExit exit, bool crash)
    {
        byte* slot = _memory + Layout.SlotOffset(exit.Slot);
        long number = Long(Layout.EndsAt);
        int at = Layout.RingEntryOffset(number);
        ref int version = ref Int(at + Layout.RingVersionAt);
        int next = version + 1;
        Volatile.Write(ref version, next);
        Thread.MemoryBarrier();
        Int(at + Layout.RingSlotAt) = exit.Slot;
        Int(at + Layout.RingPidAt) = exit.ProcessId;
        Int(at + Layout.RingGenerationAt) = exit.Generation;
        Int(at + Layout.RingExitCodeAt) = exit.ExitCode ?? -1;
        Int(at + Layout.RingSignalAt) = exit.Signal ?? -1;
        Int(at + Layout.RingCoreAt) = exit.CoreDumped ? 1 : 0;
        Int(at + Layout.RingCauseAt) = (int)exit.Cause;
        Long(at + Layout.RingUserAt) = exit.UserTime.Ticks;
        Long(at + Layout.RingSystemAt) = exit.SystemTime.Ticks;
        Long(at + Layout.RingPeakAt) = exit.PeakMemory;
        Long(at + Layout.RingAgeAt) = exit.Age.Ticks;
        Long(at + Layout.RingRequestsAt) = exit.Requests;
        Long(at + Layout.RingEndedAt) = UnixMilliseconds();
        Int(at + Layout.RingTextLengthAt) = Put(at + Layout.RingTextAt, Layout.TextSize, SlotReader.Request(slot).Text);
        Volatile.Write(ref version, next + 1);

        // From here on the worker counts among the ended and no more among the slots; a reader in between would count it twice.
        ref int pool = ref Int(Layout.PoolVersionAt);
        Volatile.Write(ref pool, pool + 1);
        Thread.MemoryBarrier();
        Long(Layout.EndedRequestsAt) += exit.Requests;
        SlotEmpty(exit.Slot);
        Volatile.Write(ref pool, pool + 1);

        Long(Layout.CrashesAt) += crash ? 1 : 0;
        Volatile.Write(ref Long(Layout.EndsAt), number + 1);
    }

    private void InEverySlot(int at, int value)
    {
        for (int slot = 0; slot < _capacity; slot++)
        {
            if (Slot(slot, Layout.SlotStateAt) != (int)SlotState.Empty) // the others get it when a worker is started there
            {
                Volatile.Write(ref Slot(slot, at), value);
            }
        }
    }

    private static long UnixMilliseconds() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private ref int Int(int at) => ref *(int*)(_memory + at);

    private ref long Long(int at) => ref *(long*)(_memory + at);

    private ref int Slot(int slot, int at) => ref Int(Layout.SlotOffset(slot) + at);

    private int Put(int at, int size, string? text)
    {
        if (text is null)
        {
            return 0;
        }

        Encoding.UTF8.GetEncoder().Convert(text, new Span<byte>(_memory + at, size), flush: true, out _, out int used, out _);
        return used;
    }
}
