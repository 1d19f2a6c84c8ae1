using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace ProcManager.Runtime;

/// <summary>
/// Which ends by KILL were the kernel's for want of memory. The kernel counts such kills in our control group (<c>oom_kill</c>), or where there is none in the whole
/// machine. The count is read at each end of a worker, so that what happened long before is not put down to the next end.
/// </summary>
internal sealed class OutOfMemoryKills
{
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(2);

    /// <summary>In bytes. /proc/vmstat, the longest of these files, has about 4 KiB; the rest is room for later kernels. What lies behind is not read.</summary>
    private const int Largest = 16 * 1024;

    private readonly string? _file;
    private long _seen;
    private long _unexplained;
    private TimeSpan _at;

    private static ReadOnlySpan<byte> Name => "\noom_kill "u8;

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

    // At each end of a worker, so without the objects that a reader of lines makes.
    private long Count()
    {
        if (_file is null)
        {
            return 0;
        }

        try
        {
            Span<byte> buffer = stackalloc byte[Largest];
            buffer[0] = (byte)'\n'; // so that each line begins behind one
            int length = 1;
            using SafeFileHandle file = File.OpenHandle(_file);
            for (int read; (read = RandomAccess.Read(file, buffer[length..], length - 1)) > 0;)
            {
                length += read;
            }

            int at = buffer[..length].IndexOf(Name);
            return at >= 0 && Utf8Parser.TryParse(buffer[(at + Name.Length)..length], out long count, out _) ? count : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // the group is gone, or may not be read any more: nothing is known
        }
    }
}
