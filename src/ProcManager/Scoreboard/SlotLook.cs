namespace ProcManager.Scoreboard;

/// <summary>One request as the board has it. Number 0: there is none. Times are monotonic ticks, 0: not given.</summary>
/// <param name="Number">Counted in its worker.</param>
/// <param name="Began">When it began.</param>
/// <param name="Due">Its own limit.</param>
/// <param name="Given">When it was given that.</param>
internal readonly record struct RequestLook(ulong Number, long Began, long Due, long Given);

/// <summary>A request with what it is.</summary>
internal readonly record struct RequestShown(RequestLook Look, string? Text, string? Client);

/// <summary>What the watchdog has to know of a slot, copied at one moment.</summary>
internal readonly record struct SlotLook
{
    /// <summary>The number of PreDispatch; odd: a request is under way.</summary>
    internal ulong Dispatch { get; init; }

    internal bool DispatchIsLong { get; init; }

    /// <summary>Its own limit, 0: none.</summary>
    internal long DispatchDue { get; init; }

    /// <summary>When it was given that.</summary>
    internal long DispatchGiven { get; init; }

    internal int Active { get; init; }

    internal long Finished { get; init; }

    internal WorkerSlotState State { get; init; }

    internal RequestLook Oldest { get; init; }

    internal RequestLook Long { get; init; }

    internal RequestLook Own { get; init; }

    /// <summary>When the oldest scope began that is not long and was not told of its soft timeout; 0: there is none.</summary>
    internal long Untold { get; init; }

    /// <summary>The scopes could not be read: they were being written at every try. Which are under way is not known.</summary>
    internal bool Unknown { get; init; }

    internal bool InDispatch => (Dispatch & 1) != 0;

    internal bool Busy => InDispatch || Active > 0;

    internal static unsafe SlotLook Read(byte* slot)
    {
        ulong dispatch = Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt));
        bool own = Volatile.Read(ref *(ulong*)(slot + Layout.DueNumberAt)) == dispatch;
        var look = new SlotLook
        {
            Dispatch = dispatch,
            DispatchIsLong = *(ulong*)(slot + Layout.LongNumberAt) == dispatch,
            DispatchDue = own ? Volatile.Read(ref *(long*)(slot + Layout.DueAt)) : 0,
            DispatchGiven = own ? Volatile.Read(ref *(long*)(slot + Layout.DueGivenAt)) : 0,
            Active = Math.Max(0, Volatile.Read(ref *(int*)(slot + Layout.ActiveAt))),
            Finished = Volatile.Read(ref *(long*)(slot + Layout.FinishedAt)),
            State = (WorkerSlotState)Volatile.Read(ref *(int*)(slot + Layout.WorkerStateAt)),
        };
        return look.Active == 0 ? look : SlotReader.Versioned(slot, look with { Unknown = true }, static (slot, look) => look with
        {
            Unknown = false,
            Oldest = Request(slot + Layout.OldestScopeAt),
            Long = Request(slot + Layout.LongScopeAt),
            Own = Request(slot + Layout.OwnScopeAt),
            Untold = *(long*)(slot + Layout.UntoldAt),
        });
    }

    private static unsafe RequestLook Request(byte* at) =>
        new(*(ulong*)at, *(long*)(at + Layout.ScopeBegan), *(long*)(at + Layout.ScopeDue), *(long*)(at + Layout.ScopeGiven));
}
