using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Tool.Pools;

/// <summary>A manager by its pid file. The number in it is trusted only when that process is older than the file: a number that was given out anew belongs to a process that began later.</summary>
internal static class PidFiles
{
    private const int MaxLength = 32;

    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(2);

    /// <summary>The process that a pid file names, to look at.</summary>
    internal static int Read(string path) => Read(path, mustBeOurs: false);

    /// <summary>The same, to signal it: the file of another user could name any process, and root may signal every one.</summary>
    internal static int ReadTrusted(string path) => Read(path, mustBeOurs: true);

    private static int Read(string path, bool mustBeOurs)
    {
        (string text, DateTime written) = Contents(path, mustBeOurs);
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

    // Owner, time and text of the one file that was opened, whatever has its name a moment later.
    private static (string Text, DateTime Written) Contents(string path, bool mustBeOurs)
    {
        try
        {
            if (FileIdentity.OfTarget(path) is { IsRegular: false })
            {
                throw ToolException.CouldNotAsk($"the pid file {path} is no regular file."); // a named pipe would be waited for
            }

            using FileStream file = File.OpenRead(path);
            if (mustBeOurs && FileIdentity.OfDescriptor((int)file.SafeFileHandle.DangerousGetHandle()) is { IsOursOrRoots: false } foreign)
            {
                throw ToolException.CouldNotAsk($"the pid file {path} belongs to another user (uid {foreign.Owner}), who may have written any number into it: it is not used to send a signal. Run procman as that user.");
            }

            Span<byte> bytes = stackalloc byte[MaxLength];
            int read = file.ReadAtLeast(bytes, MaxLength, throwOnEndOfStream: false);
            return (System.Text.Encoding.UTF8.GetString(bytes[..read]).Trim(), File.GetLastWriteTimeUtc(file.SafeFileHandle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw ToolException.CouldNotAsk($"the pid file {path} cannot be read: {e.Message}");
        }
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
