using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>struct futex_waitv.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FutexWait
{
    internal ulong Value;
    internal ulong Address;
    internal uint Flags;
    internal uint Reserved;
}

/// <summary>Waiting on words of memory, see futex(2).</summary>
internal static unsafe class Futex
{
    /// <summary>As many words can be waited for at once.</summary>
    internal const int Most = 128;

    /// <summary>False on systems whose numbers of these calls are not known here.</summary>
    internal static bool IsThere => OperatingSystem.IsLinux() && SYS_futex > 0 && !Switches.NoFutex;

    internal static FutexWait On(int* word, int value) => new() { Address = (ulong)word, Value = (uint)value, Flags = FUTEX_32 };

    /// <summary>Sleeps until one of the words is woken or is not what it was said to be; false when the kernel cannot (before Linux 5.16).</summary>
    internal static bool WaitAny(FutexWait* words, int count) =>
        IsThere && (LibC.syscall(SYS_futex_waitv, (nint)words, count, 0, 0) >= 0 || Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR);

    internal static void WakeAll(int* word)
    {
        if (IsThere)
        {
            _ = LibC.syscall(SYS_futex, (nint)word, FUTEX_WAKE, int.MaxValue, 0);
        }
    }

    /// <summary>The kernel's number of this thread.</summary>
    internal static int ThreadId() => (int)LibC.syscall(SYS_gettid, 0, 0, 0, 0);
}
