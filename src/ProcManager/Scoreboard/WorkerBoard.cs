using System.Runtime.InteropServices;
using System.Text.Unicode;
using ProcManager.Posix;

namespace ProcManager.Scoreboard;

/// <summary>The worker's side of the scoreboard: its own slot, of which it is the only writer.</summary>
internal sealed unsafe class WorkerBoard
{
    // Slots are given out from the lowest; after so many empty ones in a row there are none.
    private const int EmptyInARow = 32;

    private readonly byte* _slot;
    private long _lastEnd = long.MinValue / 2;
    private readonly int _capacity;

    private WorkerBoard(SharedMemory? memory, byte* slot, int capacity)
    {
        Memory = memory;
        _slot = slot;
        _capacity = capacity;
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
        return new(memory, memory.Address + Layout.SlotOffset(slot), capacity);
    }

    internal static WorkerBoard Private()
    {
        var board = new WorkerBoard(null, (byte*)NativeMemory.AlignedAlloc(Layout.SlotSize, 128), 0);
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

    /// <summary>Only one that stands by; one that leaves already stays that.</summary>
    internal void BeginServing() =>
        Interlocked.CompareExchange(ref *(int*)(_slot + Layout.WorkerStateAt), (int)WorkerSlotState.Ready, (int)WorkerSlotState.Standby);

    /// <summary>Only one that serves; one that leaves already stays that.</summary>
    internal void StandBy() =>
        Interlocked.CompareExchange(ref *(int*)(_slot + Layout.WorkerStateAt), (int)WorkerSlotState.Standby, (int)WorkerSlotState.Ready);

    /// <summary>A futex: 1 once the manager has told the worker that stands by to serve.</summary>
    internal int* TakesOver => (int*)(_slot + Layout.SlotTakesOverAt);

    /// <summary>The thread that calls this lives as long as the process does: its end is the first that the manager hears of the worker's.</summary>
    internal void HoldLife()
    {
        int word = LifeLock.Hold(_slot + Layout.LifeLockAt);
        Volatile.Write(ref *(int*)(_slot + Layout.LifeWordAt), word + 1);
    }

    /// <summary>Open connections of this worker.</summary>
    internal int Connections => Volatile.Read(ref *(int*)(_slot + Layout.ConnectionsAt));

    /// <summary>When a connection of this worker has ended last, by <see cref="Environment.TickCount64"/>.</summary>
    internal long LastEnd => Volatile.Read(ref _lastEnd);

    /// <summary>Requests that this worker has finished.</summary>
    internal long Requests => SlotReader.Finished(_slot);

    /// <summary>Requests under way in this worker.</summary>
    internal int ActiveRequests => Math.Max(0, Volatile.Read(ref *(int*)(_slot + Layout.ActiveAt))) + (int)(Volatile.Read(ref *(ulong*)(_slot + Layout.RequestNumberAt)) & 1);

    internal void AddConnections(int number)
    {
        Interlocked.Add(ref *(int*)(_slot + Layout.ConnectionsAt), number);
        if (number < 0)
        {
            Volatile.Write(ref _lastEnd, Environment.TickCount64);
        }
    }

    /// <summary>
    /// This worker has more open connections than the serving workers have on average. A worker with one connection or none has no more than its share,
    /// without a look at the others.
    /// </summary>
    /// <param name="most">How many connections above the average still belong to its share.</param>
    internal bool HasMoreThanItsShare(int most) => HasMoreThanItsShare(most, out _);

    /// <param name="most">How many connections above the average still belong to its share.</param>
    /// <param name="sum">The connections of all, when they were looked at.</param>
    internal bool HasMoreThanItsShare(int most, out long sum)
    {
        int own = Connections;
        sum = 0;
        if (own < 2 || Memory is null)
        {
            return false;
        }

        int workers = 0;
        int empty = 0;
        for (int i = 0; i < _capacity && empty < EmptyInARow; i++)
        {
            byte* slot = Memory.Address + Layout.SlotOffset(i);
            empty = Volatile.Read(ref *(int*)(slot + Layout.SlotStateAt)) == (int)SlotState.Empty ? empty + 1 : 0;
            if (Volatile.Read(ref *(int*)(slot + Layout.SlotStateAt)) == (int)SlotState.Alive && Volatile.Read(ref *(int*)(slot + Layout.WorkerStateAt)) == (int)WorkerSlotState.Ready)
            {
                workers++;
                sum += Volatile.Read(ref *(int*)(slot + Layout.ConnectionsAt));
            }
        }

        return (long)own * workers > sum + (long)most * workers;
    }

    internal void SetConcurrent(int active, long finished)
    {
        Volatile.Write(ref *(int*)(_slot + Layout.ActiveAt), active);
        Volatile.Write(ref *(long*)(_slot + Layout.FinishedAt), finished);
    }

    /// <summary>The request of PreDispatch is a long one.</summary>
    internal void SetLong(ulong number) => Volatile.Write(ref *(ulong*)(_slot + Layout.LongNumberAt), number);

    /// <summary>The request of PreDispatch has a limit of its own.</summary>
    internal void SetDue(ulong number, TimeSpan due, TimeSpan given)
    {
        ref ulong whose = ref *(ulong*)(_slot + Layout.DueNumberAt);
        if (whose != number)
        {
            Volatile.Write(ref whose, 0);
        }

        Volatile.Write(ref *(long*)(_slot + Layout.DueAt), due.Ticks);
        Volatile.Write(ref *(long*)(_slot + Layout.DueGivenAt), given.Ticks);
        Volatile.Write(ref whose, number);
    }

    /// <summary>The manager wants this worker to accept no connections.</summary>
    internal bool IsPaused => Memory is not null && Volatile.Read(ref *(int*)(_slot + Layout.SlotPausedAt)) != 0;

    /// <summary>The lowest level of messages that an operator has set; null: none.</summary>
    internal int? LogLevel => Memory is not null && Volatile.Read(ref *(int*)(_slot + Layout.SlotLogLevelAt)) is > 0 and var level ? level - 1 : null;

    /// <summary>The request of PreDispatch whose soft timeout has come.</summary>
    internal ulong SoftNumber => Volatile.Read(ref *(ulong*)(_slot + Layout.SlotSoftNumberAt));

    /// <summary>The soft timeout of every scope begun until then has come.</summary>
    internal TimeSpan SoftBefore => TimeSpan.FromTicks(Volatile.Read(ref *(long*)(_slot + Layout.SlotSoftBeforeAt)));

    /// <summary>The most urgent scope of each kind with its text, and the oldest that was not told of its soft timeout; callers hold a lock, so there is one writer.</summary>
    internal void SetScopes(in RequestShown oldest, in RequestShown @long, in RequestShown own, TimeSpan untold)
    {
        int version = BeginWriting();
        Put(oldest, Layout.OldestScopeAt, Layout.OldestTextAt);
        Put(@long, Layout.LongScopeAt, Layout.LongTextAt);
        Put(own, Layout.OwnScopeAt, Layout.OwnTextAt);
        *(long*)(_slot + Layout.UntoldAt) = untold.Ticks;
        EndWriting(version);
    }

    /// <summary>Tells what the request of PreDispatch is; callers hold a lock, so there is one writer.</summary>
    internal void SetRequest(ulong number, string? text, string? client)
    {
        int version = BeginWriting();
        *(ulong*)(_slot + Layout.DispatchTextAt + Layout.TextWhose) = number;
        Put(Layout.DispatchTextAt, text, client);
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

    // A number is used once, and its text does not change.
    private void Put(in RequestShown shown, int at, int textAt)
    {
        if (shown.Look.Number != *(ulong*)(_slot + at))
        {
            *(ulong*)(_slot + at) = shown.Look.Number;
            Put(textAt, shown.Text, shown.Client);
        }

        *(long*)(_slot + at + Layout.ScopeBegan) = shown.Look.Began;
        *(long*)(_slot + at + Layout.ScopeDue) = shown.Look.Due;
        *(long*)(_slot + at + Layout.ScopeGiven) = shown.Look.Given;
    }

    private void Put(int at, string? text, string? client)
    {
        Put(text, at + Layout.Text, Layout.TextSize, at + Layout.TextLength);
        Put(client, at + Layout.Client, Layout.ClientSize, at + Layout.ClientLength);
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
}
