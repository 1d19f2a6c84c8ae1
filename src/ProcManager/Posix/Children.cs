using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>How a process ended: wait status and resources, see wait4(2).</summary>
internal readonly record struct ChildEnd(int? ExitCode, int? Signal, bool CoreDumped, TimeSpan UserTime, TimeSpan SystemTime, long PeakMemory)
{
    /// <summary>Somebody else took the status (ECHILD): the process is gone, how is not known.</summary>
    internal static ChildEnd Unknown { get; } = new(null, null, false, default, default, 0);

    internal static ChildEnd FromStatus(int status, TimeSpan user, TimeSpan system, long peak)
    {
        int signal = status & 0x7f;
        return signal == 0
            ? new((status >> 8) & 0xff, null, false, user, system, peak)
            : new(null, signal, (status & 0x80) != 0, user, system, peak);
    }
}

/// <summary>
/// Children by pid, never "any child": a wait on -1 would take the exit status of the host's own Process objects, and the
/// runtime then ends the program ("Error while reaping child").
/// </summary>
internal static unsafe class Children
{
    /// <summary>Ends this process at once, whatever its threads do.</summary>
    internal static void KillOurselves() => _ = LibC.kill(Environment.ProcessId, Signals.KILL);

    /// <summary>Reaps the child if it has ended; null while it runs.</summary>
    internal static ChildEnd? TryReap(int pid)
    {
        int status = 0;
        long* usage = stackalloc long[32]; // struct rusage: two timevals, then ru_maxrss
        int result;
        do
        {
            result = LibC.wait4(pid, &status, WNOHANG, usage);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        if (result == pid)
        {
            // ru_maxrss is in KiB on Linux, in bytes on macOS.
            long peak = OperatingSystem.IsMacOS() ? usage[4] : usage[4] * 1024;
            return ChildEnd.FromStatus(status, Time(usage[0], usage[1]), Time(usage[2], usage[3]), peak);
        }

        return result == 0 ? null : ChildEnd.Unknown;
    }

    /// <summary>Waits for the end of a child that was killed.</summary>
    internal static void Reap(int pid)
    {
        while (TryReap(pid) is null)
        {
            _ = Connections.WaitFor(-1, 0, 1);
        }
    }

    /// <summary>False once it has ended, whoever reaps it, and for a process that is no child of ours. Takes no descriptor and no status.</summary>
    internal static bool IsRunning(int pid) => Ask(pid, WEXITED) == 0;

    /// <summary>Running, or not reaped yet: until then nobody else has its number.</summary>
    internal static bool IsOurs(int pid) => Ask(pid, WEXITED) >= 0;

    /// <summary>True while a signal has stopped the child; a debugger's stop is none. The one system call that tells it: proc(5)'s stat takes three.</summary>
    internal static bool IsStopped(int pid) => OperatingSystem.IsLinux() && Ask(pid, WSTOPPED) > 0;

    // The signal number that siginfo_t begins with stays 0 when there is nothing to tell; -1: no child of ours. With WNOWAIT nothing is taken from anybody.
    private static int Ask(int pid, int what)
    {
        int* info = stackalloc int[32];
        info[0] = 0;
        int result;
        do
        {
            result = LibC.waitid(P_PID, pid, info, what | WNOHANG | WNOWAIT);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        return result < 0 ? -1 : info[0];
    }

    /// <summary>A descriptor that becomes readable when the process ends, or -1 where the kernel has none (before Linux 5.3).</summary>
    internal static int OpenPidFd(int pid) => Switches.NoPidFd ? -1 : (int)LibC.syscall(SYS_pidfd_open, pid, 0, 0, 0);

    /// <summary>As above; tells also whether there is none because no process has the number, or because the kernel has none to give now.</summary>
    internal static int OpenPidFd(int pid, out bool isGone)
    {
        int pidFd = OpenPidFd(pid);
        isGone = pidFd < 0 && !Switches.NoPidFd && Marshal.GetLastPInvokeError() == Errno.ESRCH;
        return pidFd;
    }

    /// <summary>Signals a child that has not been reaped: through its pidfd when there is one.</summary>
    internal static bool Signal(int pid, int pidFd, int signal) => pidFd >= 0
        ? LibC.syscall(SYS_pidfd_send_signal, pidFd, signal, 0, 0) == 0
        : LibC.kill(pid, signal) == 0;

    /// <summary>Out of pid 1's process group: a signal to that group would come twice, once directly and once passed on.</summary>
    internal static void EnterOwnGroup() => _ = LibC.setpgid(0, 0);

    /// <summary>A session of its own, without a terminal: what ends the session of the shell does not end this process.</summary>
    internal static void EnterOwnSession() => _ = LibC.setsid();

    /// <summary>A signal to the process group that a process leads. The caller knows that the leader has not been reaped, so that the number is still its group's.</summary>
    internal static void SignalGroup(int leader, int signal) => _ = LibC.kill(-leader, signal); // fails when the group is gone

    /// <summary>KILL to the process group of a child that has not been reaped, so that what it started goes with it.</summary>
    internal static void KillGroup(int pid) => _ = LibC.kill(-pid, Signals.KILL);

    private static TimeSpan Time(long seconds, long microseconds) => TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(microseconds);
}
