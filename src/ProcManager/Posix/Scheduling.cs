using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>struct sched_attr in its first form. <see cref="Runtime"/> is the time slice, in nanoseconds; 0 asks for the usual one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SchedulingAttributes
{
    internal int Size;
    internal int Policy;
    internal ulong Flags;
    internal int Nice;
    internal int Priority;
    internal ulong Runtime;
    internal ulong Deadline;
    internal ulong Period;

    /// <summary>Neither real time nor idle: what nice values and time slices are for.</summary>
    internal readonly bool IsFair => Policy is SCHED_OTHER or SCHED_BATCH;
}

/// <summary>How a thread gets its processor time, see sched_setattr(2). By number, not by name: the C libraries keep a copy of what they set, or refuse.</summary>
internal static unsafe class Scheduling
{
    /// <summary>The nice value of whom everybody else comes before.</summary>
    internal const int LastOfAll = 19;

    /// <summary>The shortest slice there is, since Linux 6.12; before there is one for all.</summary>
    internal const ulong ShortestSlice = 100_000;

    /// <summary>Of the calling thread with 0, or of any other; of a process its first thread's. False where there is no such thread, or no such call.</summary>
    internal static bool TryGet(int thread, out SchedulingAttributes attributes)
    {
        attributes = default;
        fixed (SchedulingAttributes* to = &attributes)
        {
            return OperatingSystem.IsLinux() && SYS_sched_getattr != 0 && LibC.syscall(SYS_sched_getattr, thread, (nint)to, sizeof(SchedulingAttributes), 0) == 0;
        }
    }

    internal static bool TrySet(int thread, SchedulingAttributes attributes)
    {
        attributes.Size = sizeof(SchedulingAttributes);
        return LibC.syscall(SYS_sched_setattr, thread, (nint)(&attributes), 0, 0) == 0;
    }
}
