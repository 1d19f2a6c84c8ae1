namespace ProcManager.Scoreboard;

/// <summary>One request as the board has it. Number 0: there is none. Times are monotonic ticks, 0: not given.</summary>
internal readonly record struct RequestLook(ulong Number, long Began, long Due);

/// <summary>What the watchdog has to know of a slot, copied at one moment.</summary>
internal readonly record struct SlotLook
{
    /// <summary>The number of PreDispatch; odd: a request is under way.</summary>
    internal ulong Dispatch { get; init; }

    internal bool DispatchIsLong { get; init; }

    /// <summary>Its own limit, 0: none.</summary>
    internal long DispatchDue { get; init; }

    internal int Active { get; init; }

    internal long Finished { get; init; }

    internal WorkerSlotState State { get; init; }

    internal RequestLook Oldest { get; init; }

    internal RequestLook Long { get; init; }

    internal RequestLook Own { get; init; }

    internal bool InDispatch => (Dispatch & 1) != 0;

    internal bool Busy => InDispatch || Active > 0;

    internal static unsafe SlotLook Read(byte* slot)
    {
        ulong dispatch = Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt));
        var look = new SlotLook
        {
            Dispatch = dispatch,
            DispatchIsLong = *(ulong*)(slot + Layout.LongNumberAt) == dispatch,
            DispatchDue = Volatile.Read(ref *(ulong*)(slot + Layout.DueNumberAt)) == dispatch ? Volatile.Read(ref *(long*)(slot + Layout.DueAt)) : 0,
            Active = Math.Max(0, Volatile.Read(ref *(int*)(slot + Layout.ActiveAt))),
            Finished = Volatile.Read(ref *(long*)(slot + Layout.FinishedAt)),
            State = (WorkerSlotState)Volatile.Read(ref *(int*)(slot + Layout.WorkerStateAt)),
        };
        return look.Active == 0 ? look : SlotReader.Versioned(slot, look, static (slot, look) => look with
        {
            Oldest = Request(slot + Layout.OldestScopeAt),
            Long = Request(slot + Layout.LongScopeAt),
            Own = Request(slot + Layout.OwnScopeAt),
        });
    }

    private static unsafe RequestLook Request(byte* at) => new(*(ulong*)at, *(long*)(at + Layout.ScopeBegan), *(long*)(at + Layout.ScopeDue));
}
