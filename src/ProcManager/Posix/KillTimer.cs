using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>A timer of the kernel's that kills this process, whatever its threads do then: hang, spin, or wait for a collection that never begins.</summary>
internal static unsafe class KillTimer
{
    private const int None = -1;

    /// <summary>The timer's number, for <see cref="Disarm"/>; below 0: the kernel has none for us.</summary>
    internal static int Arm(TimeSpan after)
    {
        if (SYS_timer_create == 0)
        {
            return None;
        }

        // struct sigevent: the value, the signal, how it comes; 64 bytes in all. struct itimerspec: interval, then value, each seconds and nanoseconds.
        int* what = stackalloc int[16];
        new Span<int>(what, 16).Clear();
        what[2] = Signals.KILL;
        what[3] = SIGEV_SIGNAL;
        long nanoseconds = Math.Max(1, (long)(Math.Min(after.TotalSeconds, int.MaxValue) * 1e9));
        long* when = stackalloc long[4] { 0, 0, nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 };
        int timer;
        return LibC.syscall(SYS_timer_create, CLOCK_MONOTONIC, (nint)what, (nint)(&timer), 0) == 0
            && LibC.syscall(SYS_timer_settime, timer, 0, (nint)when, 0) == 0
            ? timer
            : None;
    }

    internal static void Disarm(int timer) => _ = LibC.syscall(SYS_timer_delete, timer, 0, 0, 0);
}
