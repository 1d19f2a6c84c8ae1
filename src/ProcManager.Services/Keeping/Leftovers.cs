using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>
/// What a daemon that was killed has left behind, such as the worker processes of nginx, which hold its port. Only processes of its process group count, and of them those that run the program which a check of the
/// service names and that are no older than the daemon; none while the daemon lives, or another process has its number. A daemon that its parent has not reaped (a zombie) is gone as well.
/// </summary>
internal static class Leftovers
{
    /// <summary>True: a process got the signal.</summary>
    internal static bool End(ILogger log, ServiceDefinition service, SeenProcess leader, int signal)
    {
        ProgramFile[] programs = [.. service.Checks.Select(ProgramOf).OfType<string>().Select(static p => new ProgramFile(p))];
        if (programs.Length == 0 || !IsGone(leader))
        {
            return false;
        }

        int ended = ProcFs.Pids().Where(p => IsOf(p, leader)).Count(p => TryEnd(p, leader, programs, signal));
        if (ended > 0)
        {
            KeeperLog.LeftoversEnded(log, service.Name, ended, leader.Pid, Signals.Name(signal));
        }

        return ended > 0;
    }

    private static bool IsGone(SeenProcess leader)
    {
        long start = ProcFs.StartTime(leader.Pid);
        if (start != leader.StartTime)
        {
            return start == 0;
        }

        int pidFd = Children.OpenPidFd(leader.Pid); // a process whose first thread has ended looks like a zombie in /proc, and lives
        try
        {
            return pidFd >= 0 && WatchedProcess.HasEnded(pidFd);
        }
        finally
        {
            Descriptors.Close(pidFd);
        }
    }

    /// <summary>In the group that the leader has led. What is older was not started by it.</summary>
    private static bool IsOf(int pid, SeenProcess leader) => pid != leader.Pid && ProcFs.Group(pid) == leader.Pid && ProcFs.StartTime(pid) >= leader.StartTime;

    private static bool TryEnd(int pid, SeenProcess leader, ProgramFile[] programs, int signal)
    {
        int pidFd = Children.OpenPidFd(pid);
        try
        {
            // Looked at again behind the open: the descriptor is of the process that was looked at.
            return pidFd >= 0 && IsOf(pid, leader) && programs.Any(p => p.Compare(pid, p.Current()) == ProgramMatch.Same) && Children.Signal(pid, pidFd, signal);
        }
        finally
        {
            Descriptors.Close(pidFd);
        }
    }

    private static string? ProgramOf(ServiceCheck check) => check switch
    {
        PidFileCheck pidFile => pidFile.Executable,
        ExecutableCheck executable => executable.Path,
        _ => null,
    };
}
