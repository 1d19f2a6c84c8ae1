using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// For a thread whose wake-up somebody waits for: with the shortest time slice there is, the kernel (since Linux 6.12, see sched_setattr(2)) lets it
/// take a processor from one that computes, where it would otherwise wait for the end of that one's slice, some milliseconds. Everybody may
/// do this. Elsewhere nothing changes.
/// </summary>
internal static unsafe class ShortSlice
{
    private const int Size = 48;
    private const ulong Nanoseconds = 100_000;

    /// <summary>For the calling thread, until <see cref="GiveBack"/> or for good; the threads that one makes which has it for good have the usual slice.</summary>
    internal static void Take(int policyOf, bool forGood) => Set(policyOf, Nanoseconds, forGood ? SCHED_FLAG_RESET_ON_FORK : 0);

    internal static void GiveBack(int policyOf) => Set(policyOf, 0, 0);

    // The policy is that of the manager: this thread may still have the one of a start at leisure. Of real time, or idle as a whole, it stays what it is.
    private static void Set(int policyOf, ulong nanoseconds, ulong flags)
    {
        if (!OperatingSystem.IsLinux() || SYS_sched_setattr == 0)
        {
            return;
        }

        int policy = LibC.sched_getscheduler(policyOf) & ~SCHED_RESET_ON_FORK;
        if (policy is not (SCHED_OTHER or SCHED_BATCH))
        {
            return;
        }

        byte* attributes = stackalloc byte[Size];
        new Span<byte>(attributes, Size).Clear();
        *(int*)attributes = Size;
        *(int*)(attributes + 4) = policy;
        *(ulong*)(attributes + 8) = flags;
        *(int*)(attributes + 16) = LibC.getpriority(PRIO_PROCESS, 0);
        *(ulong*)(attributes + 24) = nanoseconds;
        _ = LibC.syscall(SYS_sched_setattr, 0, (nint)attributes, 0, 0);
    }
}
