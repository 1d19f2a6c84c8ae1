using ProcManager.Posix;

namespace ProcManager.Scoreboard;

/// <summary>Makes a <see cref="ScoreboardSnapshot"/> of the shared memory. Takes no lock; the writers never wait for it.</summary>
internal static unsafe class SnapshotReader
{
    private const int Attempts = 100;

    internal static ScoreboardSnapshot Read(SharedMemory shared)
    {
        byte* memory = shared.Address;
        int capacity = Math.Clamp(*(int*)(memory + Layout.CapacityAt), 0, (shared.Length - Layout.SlotsOffset) / Layout.SlotSize);
        (List<SlotSnapshot> slots, long requests) = ReadSlots(memory, capacity);
        (ReloadStatus reload, string? reason) = ReadReload(memory);
        return new ScoreboardSnapshot
        {
            ManagerProcessId = *(int*)(memory + Layout.ManagerPidAt),
            ManagerStarted = Time(*(long*)(memory + Layout.StartedAt)),
            Target = Volatile.Read(ref *(int*)(memory + Layout.TargetAt)),
            Generation = Volatile.Read(ref *(int*)(memory + Layout.GenerationAt)),
            Queue = Math.Max(0, Volatile.Read(ref *(int*)(memory + Layout.QueueAt))),
            Reload = reload,
            ReloadReason = reason,
            Starts = Volatile.Read(ref *(long*)(memory + Layout.StartsAt)),
            Ends = Volatile.Read(ref *(long*)(memory + Layout.EndsAt)),
            Crashes = Volatile.Read(ref *(long*)(memory + Layout.CrashesAt)),
            Requests = requests,
            Slots = slots,
            LastEnds = RingReader.Read(memory),
        };
    }

    internal static DateTimeOffset Time(long unixMilliseconds) =>
        unixMilliseconds is > 0 and < 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds) : default;

    private static (List<SlotSnapshot> Slots, long Requests) ReadSlots(byte* memory, int capacity)
    {
        var slots = new List<SlotSnapshot>();
        var pause = default(SpinWait); // lets the manager go on, which may wait for this processor
        for (int attempt = 1; ; attempt++)
        {
            int version = Volatile.Read(ref *(int*)(memory + Layout.PoolVersionAt));
            slots.Clear();
            long requests = Volatile.Read(ref *(long*)(memory + Layout.EndedRequestsAt));
            int end = LastUsed(memory, capacity);
            for (int slot = 0; slot <= end; slot++)
            {
                if (ReadSlot(memory + Layout.SlotOffset(slot), slot) is { } read)
                {
                    slots.Add(read);
                    requests += read.Requests;
                }
            }

            Thread.MemoryBarrier();
            bool ofOneMoment = (version & 1) == 0 && version == Volatile.Read(ref *(int*)(memory + Layout.PoolVersionAt));
            if (ofOneMoment || attempt == Attempts) // the manager died in the middle
            {
                return (slots, requests);
            }

            pause.SpinOnce();
        }
    }

    private static int LastUsed(byte* memory, int capacity)
    {
        // Slots are given out from the lowest on: none beyond the number of starts was ever used.
        int starts = (int)Math.Clamp(Volatile.Read(ref *(long*)(memory + Layout.StartsAt)), -1, capacity - 1) + 1;
        int last = -1;
        for (int slot = 0; slot < starts; slot++)
        {
            last = *(int*)(memory + Layout.SlotOffset(slot) + Layout.SlotStateAt) != (int)SlotState.Empty ? slot : last;
        }

        return last;
    }

    private static SlotSnapshot? ReadSlot(byte* slot, int number)
    {
        var state = (SlotState)Volatile.Read(ref *(int*)(slot + Layout.SlotStateAt));
        if (state == SlotState.Empty)
        {
            return null;
        }

        ulong request = Volatile.Read(ref *(ulong*)(slot + Layout.RequestNumberAt));
        int concurrent = Math.Clamp(Volatile.Read(ref *(int*)(slot + Layout.ActiveAt)), 0, int.MaxValue - 1);
        int active = concurrent + (int)(request & 1);
        long finished = SlotReader.Finished(slot);
        var worker = (WorkerSlotState)Volatile.Read(ref *(int*)(slot + Layout.WorkerStateAt));
        (string? text, string? client) = active > 0 ? SlotReader.Request(slot) : default;
        return new SlotSnapshot
        {
            Slot = number,
            ProcessId = *(int*)(slot + Layout.SlotPidAt),
            Generation = *(int*)(slot + Layout.SlotGenerationAt),
            Started = Time(*(long*)(slot + Layout.SlotStartedAt)),
            State = State(state, worker, active, finished, IsLong(slot, request)),
            Memory = Math.Max(0, Volatile.Read(ref *(long*)(slot + Layout.SlotMemoryAt))),
            CpuTime = TimeSpan.FromTicks(Math.Max(0, Volatile.Read(ref *(long*)(slot + Layout.SlotCpuAt)))),
            Requests = finished,
            Active = active,
            RequestNumber = active > 0 ? Watched(SlotLook.Read(slot)) : 0,
            Connections = Math.Max(0, Volatile.Read(ref *(int*)(slot + Layout.ConnectionsAt))),
            Request = text,
            Client = client,
            Dispatch = (request & 1) != 0 ? request : 0,
            Began = (request & 1) == 0 && concurrent > 0 ? Began(SlotLook.Read(slot)) : null,
        };
    }

    private static ulong Watched(SlotLook look) => look is { InDispatch: true, DispatchIsLong: false, DispatchDue: 0 } ? look.Dispatch : look.Oldest.Number;

    /// <summary>Every request under way was declared long.</summary>
    private static bool IsLong(byte* slot, ulong request) => (request & 1) != 0
        ? Volatile.Read(ref *(ulong*)(slot + Layout.LongNumberAt)) == request
        : SlotLook.Read(slot) is { Oldest.Number: 0, Own.Number: 0, Long.Number: > 0 };

    private static TimeSpan? Began(SlotLook look)
    {
        long began = 0;
        foreach (RequestLook request in (ReadOnlySpan<RequestLook>)[look.Oldest, look.Long, look.Own])
        {
            began = request.Number > 0 && (began == 0 || request.Began < began) ? request.Began : began;
        }

        return began > 0 ? TimeSpan.FromTicks(began) : null;
    }

    private static char State(SlotState manager, WorkerSlotState worker, int active, long finished, bool isLong) => (manager, worker) switch
    {
        (SlotState.ToldToLeave, _) => active > 0 ? 'd' : 'e',
        (_, WorkerSlotState.Exiting) => active > 0 ? 'd' : 'e',
        (SlotState.BeingStarted, _) or (_, WorkerSlotState.None) => 'F',
        (_, WorkerSlotState.Starting) => active > 0 ? 'r' : 'f',
        (_, WorkerSlotState.Standby) => 's',
        _ => active > 0 ? (isLong ? 'l' : 'r') : finished > 0 ? 'w' : '.',
    };

    private static (ReloadStatus Status, string? Reason) ReadReload(byte* memory)
    {
        byte* text = stackalloc byte[Layout.ReasonSize];
        for (int i = 0; i < 100; i++)
        {
            int version = Volatile.Read(ref *(int*)(memory + Layout.ReasonVersionAt));
            int status = *(int*)(memory + Layout.ReloadStateAt);
            int length = *(int*)(memory + Layout.ReasonLengthAt);
            Buffer.MemoryCopy(memory + Layout.ReasonAt, text, Layout.ReasonSize, Layout.ReasonSize);
            Thread.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref *(int*)(memory + Layout.ReasonVersionAt)))
            {
                return ((ReloadStatus)status, SlotReader.Text(text, length, Layout.ReasonSize));
            }

            Thread.SpinWait(20);
        }

        return default; // the manager died in the middle
    }
}
