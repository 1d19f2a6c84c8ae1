using System.Globalization;

namespace ProcManager.Posix;

/// <content>Sessions and environments of processes.</content>
internal static unsafe partial class ProcFs
{
    /// <summary>The process leads its session.</summary>
    internal static bool IsSessionLeader(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return Field(Stat(pid, buffer), 3) == pid;
    }

    /// <summary>The process group of a process; 0 when there is no such process.</summary>
    internal static int Group(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return (int)Field(Stat(pid, buffer), 2);
    }

    /// <summary>The processes of this machine, or of this pid namespace, as far as /proc shows them.</summary>
    internal static IEnumerable<int> Pids()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>The variables that a process was started with, as <c>NAME=VALUE</c>; empty when there is no such process, or it is another user's.</summary>
    internal static string[] Environ(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Differs after each boot of the machine; empty where the kernel does not tell.</summary>
    internal static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
