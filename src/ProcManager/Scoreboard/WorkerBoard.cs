using System.Runtime.InteropServices;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Scoreboard;

/// <summary>The worker's side of the scoreboard: its own slot, of which it is the only writer.</summary>
internal sealed unsafe class WorkerBoard
{
    private readonly byte* _slot;

    private WorkerBoard(SharedMemory? memory, byte* slot)
    {
        Memory = memory;
        _slot = slot;
    }

    /// <summary>Null for a plain process, whose slot nobody else sees.</summary>
    internal SharedMemory? Memory { get; }

    /// <summary>Where the request number lies: odd while a request is under way.</summary>
    internal ulong* RequestNumber => (ulong*)(_slot + Layout.RequestNumberAt);

    internal static WorkerBoard Open(int fd, int slot)
    {
        SharedMemory header = SharedMemory.Map(fd, Layout.SlotsOffset);
        int capacity = *(int*)(header.Address + Layout.CapacityAt);
        if (*(ulong*)(header.Address + Layout.MagicAt) != Layout.Magic || slot < 0 || slot >= capacity)
        {
            throw new ProcManagerException($"Descriptor {fd} is not a scoreboard with a slot {slot}.");
        }

        SharedMemory memory = SharedMemory.Map(fd, Layout.TotalSize(capacity));
        return new(memory, memory.Address + Layout.SlotOffset(slot));
    }

    internal static WorkerBoard Private()
    {
        var board = new WorkerBoard(null, (byte*)NativeMemory.AlignedAlloc(Layout.SlotSize, 128));
        board.Begin();
        return board;
    }

    /// <summary>A slot may have had a worker before.</summary>
    internal void Begin()
    {
        new Span<byte>(_slot + Layout.WorkerLine, Layout.SlotSize - Layout.WorkerLine).Clear();
        SetState(WorkerSlotState.Starting);
    }

    internal void SetState(WorkerSlotState state) => Volatile.Write(ref *(int*)(_slot + Layout.WorkerStateAt), (int)state);

    internal void SetConcurrent(int active, long finished)
    {
        Volatile.Write(ref *(int*)(_slot + Layout.ActiveAt), active);
        Volatile.Write(ref *(long*)(_slot + Layout.FinishedAt), finished);
    }

    /// <summary>Tells what the oldest request under way is; callers hold a lock, so there is one writer.</summary>
    internal void SetRequest(string? text, string? client)
    {
        ref int version = ref *(int*)(_slot + Layout.RequestVersionAt);
        int next = version + 1;
        Volatile.Write(ref version, next | 1);
        Thread.MemoryBarrier();
        Put(text, Layout.TextAt, Layout.TextSize, Layout.TextLengthAt);
        Put(client, Layout.ClientAt, Layout.ClientSize, Layout.ClientLengthAt);
        Volatile.Write(ref version, (next | 1) + 1);
    }

    private void Put(string? text, int at, int size, int lengthAt)
    {
        int used = 0;
        if (text is not null)
        {
            Encoding.UTF8.GetEncoder().Convert(text, new Span<byte>(_slot + at, size), flush: true, out _, out used, out _);
        }

        *(int*)(_slot + lengthAt) = used;
    }
}
