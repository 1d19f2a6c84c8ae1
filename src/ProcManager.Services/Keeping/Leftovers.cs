using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>
/// What a daemon that was killed has left behind, such as the worker processes of nginx, which hold its port. Only processes of its process group count, and of them those that run the program which a check of the
/// service names; none while another process has the daemon's number.
/// </summary>
internal static class Leftovers
{
    internal static void End(ILogger log, ServiceDefinition service, SeenProcess leader, int signal)
    {
        ProgramFile[] programs = [.. service.Checks.Select(ProgramOf).OfType<string>().Select(static p => new ProgramFile(p))];
        if (programs.Length == 0 || ProcFs.StartTime(leader.Pid) != 0)
        {
            return;
        }

        int ended = ProcFs.Pids().Where(p => ProcFs.Group(p) == leader.Pid).Count(p => TryEnd(p, leader.Pid, programs, signal));
        if (ended > 0)
        {
            KeeperLog.LeftoversEnded(log, service.Name, ended, leader.Pid, Signals.Name(signal));
        }
    }

    private static bool TryEnd(int pid, int group, ProgramFile[] programs, int signal)
    {
        int pidFd = Children.OpenPidFd(pid);
        try
        {
            // Looked at again behind the open: the descriptor is of the process that was looked at.
            return pidFd >= 0 && ProcFs.Group(pid) == group && programs.Any(p => p.Compare(pid, p.Current()) == ProgramMatch.Same) && Children.Signal(pid, pidFd, signal);
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
