using System.Globalization;

namespace ProcManager.Runtime;

/// <summary>
/// Which ends by KILL were the kernel's for want of memory. The kernel counts such kills in our control group (<c>oom_kill</c>), or where there is none in the whole
/// machine. The count is read at each end of a worker, so that what happened long before is not put down to the next end.
/// </summary>
internal sealed class OutOfMemoryKills
{
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(2);

    private readonly string? _file;
    private long _seen;
    private long _unexplained;
    private TimeSpan _at;

    internal OutOfMemoryKills(string? file = null)
    {
        _file = file ?? Find();
        _seen = Count();
    }

    /// <summary>True when a process that ended now by KILL may be one of the kernel's.</summary>
    internal bool Explains(bool killed, TimeSpan now)
    {
        long count = Count();
        if (count > _seen)
        {
            _unexplained = count - _seen;
            _at = now;
        }
        else if (now - _at > Together)
        {
            _unexplained = 0;
        }

        _seen = count;
        return killed && _unexplained-- > 0;
    }

    private static string? Find(string cgroups = "/sys/fs/cgroup", string own = "/proc/self/cgroup")
    {
        try
        {
            foreach (string[] parts in File.ReadAllLines(own).Select(static l => l.Split(':', 3)).Where(static p => p.Length == 3))
            {
                string? file = parts[1] switch
                {
                    "" => $"{cgroups}{parts[2].TrimEnd('/')}/memory.events",
                    var controllers when controllers.Split(',').Contains("memory") => $"{cgroups}/memory{parts[2].TrimEnd('/')}/memory.oom_control",
                    _ => null,
                };
                if (file is not null && File.Exists(file))
                {
                    return file;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The machine's own count is left.
        }

        return File.Exists("/proc/vmstat") ? "/proc/vmstat" : null;
    }

    private long Count()
    {
        try
        {
            foreach (string line in _file is null ? [] : File.ReadLines(_file))
            {
                if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                {
                    return long.TryParse(line.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : 0;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The group is gone, or may not be read any more: nothing is known.
        }

        return 0;
    }
}
