namespace ProcManager.Scoreboard;

/// <summary>Reads the ring of last ends, the newest first. An entry that is being overwritten meanwhile is left out.</summary>
internal static unsafe class RingReader
{
    internal static List<WorkerEnd> Read(byte* memory)
    {
        long ends = Volatile.Read(ref *(long*)(memory + Layout.EndsAt));
        var list = new List<WorkerEnd>();
        byte* entry = stackalloc byte[Layout.RingEntrySize];
        for (long n = ends - 1; n >= 0 && n >= ends - Layout.RingSize; n--)
        {
            byte* at = memory + Layout.RingEntryOffset(n);
            int version = Volatile.Read(ref *(int*)(at + Layout.RingVersionAt));
            Buffer.MemoryCopy(at, entry, Layout.RingEntrySize, Layout.RingEntrySize);
            Thread.MemoryBarrier();
            if ((version & 1) == 0 && version == Volatile.Read(ref *(int*)(at + Layout.RingVersionAt)))
            {
                list.Add(Decode(entry));
            }
        }

        return list;
    }

    private static WorkerEnd Decode(byte* entry)
    {
        int exitCode = *(int*)(entry + Layout.RingExitCodeAt);
        int signal = *(int*)(entry + Layout.RingSignalAt);
        var exit = new WorkerExit
        {
            Slot = *(int*)(entry + Layout.RingSlotAt),
            ProcessId = *(int*)(entry + Layout.RingPidAt),
            Generation = *(int*)(entry + Layout.RingGenerationAt),
            Cause = (WorkerExitCause)(*(int*)(entry + Layout.RingCauseAt)),
            ExitCode = exitCode >= 0 ? exitCode : null,
            Signal = signal >= 0 ? signal : null,
            CoreDumped = *(int*)(entry + Layout.RingCoreAt) != 0,
            UserTime = Time(entry + Layout.RingUserAt),
            SystemTime = Time(entry + Layout.RingSystemAt),
            PeakMemory = *(long*)(entry + Layout.RingPeakAt),
            Age = Time(entry + Layout.RingAgeAt),
            Requests = *(long*)(entry + Layout.RingRequestsAt),
        };
        int length = *(int*)(entry + Layout.RingTextLengthAt);
        return new WorkerEnd(
            exit,
            SnapshotReader.Time(*(long*)(entry + Layout.RingEndedAt)),
            SlotReader.Text(entry + Layout.RingTextAt, length, Layout.TextSize));
    }

    // A broken worker may have written anything here: a sum of two of them must not overflow.
    private static TimeSpan Time(byte* at) => TimeSpan.FromTicks(Math.Clamp(*(long*)at, 0, TimeSpan.MaxValue.Ticks / 4));
}
