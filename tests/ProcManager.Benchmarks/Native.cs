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

    // Without the runtime's own transition, so that the yardstick is not longer than it has to be.
    [LibraryImport("libc", EntryPoint = "syscall")]
    [SuppressGCTransition]
    internal static partial nint SystemCall(nint number);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
