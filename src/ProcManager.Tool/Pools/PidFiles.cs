using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Tool.Pools;

/// <summary>A manager by its pid file. The number in it is trusted only when that process is older than the file: a number that was given out anew belongs to a process that began later.</summary>
internal static class PidFiles
{
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(2);

    internal static int Read(string path)
    {
        string text;
        DateTime written;
        try
        {
            text = File.ReadAllText(path).Trim();
            written = File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ToolException.CouldNotAsk($"the pid file {path} cannot be read: {e.Message}");
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || pid <= 0)
        {
            throw ToolException.CouldNotAsk($"the pid file {path} has '{text}' in it, which is no process id.");
        }

        if (StartOf(pid) is not { } started)
        {
            throw ToolException.CouldNotAsk($"the process of {path} (pid {pid}) does not run.");
        }

        return started <= written + ClockSlack
            ? pid
            : throw ToolException.CouldNotAsk($"the pid file {path} is older than the process that has its number (pid {pid}): the manager has ended, and the number is another process's.");
    }

    // With the time that the machine has slept, as the start times of processes have it, see proc(5).
    private static TimeSpan UpTime() => TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>When a process began; null: there is none.</summary>
    internal static DateTime? StartOf(int pid)
    {
        long ticks = ProcFs.StartTime(pid);
        return ticks == 0 ? null : DateTime.UtcNow - UpTime() + TimeSpan.FromMilliseconds(ticks * 10);
    }
}
