using System.Runtime.InteropServices;

namespace ProcManager.Benchmarks;

internal static partial class Native
{
    internal const int Hup = 1;
    internal const int Kill = 9;
    internal const int Term = 15;

    internal static nint GetParentPidNumber { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 110,
        Architecture.Arm64 => 173,
        var other => throw new PlatformNotSupportedException($"The number of getppid on {other} is not known here."),
    };

    internal static void Send(int pid, int signal) => _ = kill(pid, signal);

    /// <summary>Whoever killed the benchmark without a word has no programs of it left.</summary>
    internal static void EndWithParent()
    {
        const int PrSetPDeathSig = 1;
        _ = prctl(PrSetPDeathSig, Term);
    }

    // Without the runtime's own transition, so that the yardstick is not longer than it has to be.
    [LibraryImport("libc", EntryPoint = "syscall")]
    [SuppressGCTransition]
    internal static partial nint SystemCall(nint number);

    /// <summary>A descriptor that becomes readable when the process has ended, whoever reaps it.</summary>
    internal static int OpenPidFd(int pid)
    {
        const int PidFdOpen = 434; // the same number everywhere
        return (int)SystemCall(PidFdOpen, pid, 0);
    }

    /// <summary>Sleeps until the process has ended.</summary>
    internal static bool WaitForEnd(int pidFd, int milliseconds)
    {
        long fd = (uint)pidFd | (1L << 32); // struct pollfd: the descriptor, POLLIN, and room for the answer
        return poll(ref fd, 1, milliseconds) == 1;
    }

    /// <summary>Becomes another program, which stays tied to our parent. Back only when it cannot be started.</summary>
    internal static unsafe int Become(string[] arguments)
    {
        const int SigPipe = 13; // the runtime ignores it, and what is ignored stays so
        _ = signal(SigPipe, 0);
        nint* vector = stackalloc nint[arguments.Length + 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            vector[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        vector[arguments.Length] = 0;
        _ = execvp(vector[0], vector);
        Console.Error.WriteLine($"{arguments[0]}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}");
        return 127;
    }

    /// <summary>The calling thread is not to wait behind one that computes, nor behind the kernel that ends a process; see sched_setattr(2). 0 is the usual slice.</summary>
    internal static unsafe void SetSlice(ulong nanoseconds)
    {
        byte* attributes = stackalloc byte[48];
        new Span<byte>(attributes, 48).Clear();
        *(int*)attributes = 48;
        *(ulong*)(attributes + 8) = 1; // not for what it starts
        *(ulong*)(attributes + 24) = nanoseconds;
        _ = SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 274 : 314, 0, (nint)attributes, 0);
    }

    [LibraryImport("libc")]
    internal static partial int usleep(uint microseconds);

    [LibraryImport("libc")]
    internal static partial int close(int fd);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint argument);

    [LibraryImport("libc")]
    private static partial int poll(ref long fds, nuint count, int timeout);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc")]
    private static unsafe partial int execvp(nint file, nint* arguments);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
