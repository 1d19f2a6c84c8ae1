using System.Runtime.InteropServices;
using System.Text.Unicode;
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

    /// <summary>The request of PreDispatch is a long one.</summary>
    internal void SetLong(ulong number) => Volatile.Write(ref *(ulong*)(_slot + Layout.LongNumberAt), number);

    /// <summary>The request of PreDispatch has a limit of its own.</summary>
    internal void SetDue(ulong number, long due)
    {
        ref ulong whose = ref *(ulong*)(_slot + Layout.DueNumberAt);
        if (whose != number)
        {
            Volatile.Write(ref whose, 0);
        }

        Volatile.Write(ref *(long*)(_slot + Layout.DueAt), due);
        Volatile.Write(ref whose, number);
    }

    /// <summary>The request whose soft time-out the manager tells of.</summary>
    internal ulong SoftTimeoutKey => Volatile.Read(ref *(ulong*)(_slot + Layout.SlotSoftTimeoutKeyAt));

    /// <summary>The most urgent scope of each kind, and the text of the one that is shown; callers hold a lock, so there is one writer.</summary>
    internal void SetScopes(in RequestLook oldest, in RequestLook @long, in RequestLook own, ulong key, string? text, string? client)
    {
        int version = BeginWriting();
        Put(oldest, Layout.OldestScopeAt);
        Put(@long, Layout.LongScopeAt);
        Put(own, Layout.OwnScopeAt);
        Put(key, text, client);
        EndWriting(version);
    }

    /// <summary>Tells what this request is; callers hold a lock, so there is one writer.</summary>
    internal void SetRequest(ulong key, string? text, string? client)
    {
        int version = BeginWriting();
        Put(key, text, client);
        EndWriting(version);
    }

    // Odd while it is being written. One that died in the middle, and left it odd, is followed by an odd one too.
    private int BeginWriting()
    {
        ref int version = ref *(int*)(_slot + Layout.RequestVersionAt);
        int odd = (version + 1) | 1;
        Volatile.Write(ref version, odd);
        Thread.MemoryBarrier();
        return odd;
    }

    private void EndWriting(int odd) => Volatile.Write(ref *(int*)(_slot + Layout.RequestVersionAt), odd + 1);

    private void Put(ulong key, string? text, string? client)
    {
        *(ulong*)(_slot + Layout.TextKeyAt) = key;
        Put(text, Layout.TextAt, Layout.TextSize, Layout.TextLengthAt);
        Put(client, Layout.ClientAt, Layout.ClientSize, Layout.ClientLengthAt);
    }

    private void Put(string? text, int at, int size, int lengthAt)
    {
        int used = 0;
        if (text is not null)
        {
            _ = Utf8.FromUtf16(text, new Span<byte>(_slot + at, size), out _, out used); // cut between two characters
        }

        *(int*)(_slot + lengthAt) = used;
    }

    private void Put(in RequestLook request, int at)
    {
        *(ulong*)(_slot + at) = request.Number;
        *(long*)(_slot + at + Layout.ScopeBegan) = request.Began;
        *(long*)(_slot + at + Layout.ScopeDue) = request.Due;
    }
}
