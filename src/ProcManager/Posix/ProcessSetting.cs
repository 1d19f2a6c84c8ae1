using System.Globalization;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Something of a process that another process sets: a limit, the nice value, how soon the kernel kills it for want of memory.</summary>
/// <param name="What">The option with its value, for messages.</param>
/// <param name="Set">Sets it for a process id; gives 0 or the error number back.</param>
internal sealed record ProcessSetting(string What, Func<int, int> Set)
{
    /// <summary>The hard limit of this process; see getrlimit(2).</summary>
    internal static unsafe ulong HardLimit(int resource)
    {
        ulong* limit = stackalloc ulong[2];
        PosixException.ThrowIf(LibC.prlimit(0, resource, null, limit) < 0, "prlimit");
        return limit[1];
    }

    /// <summary>The soft and the hard limit of prlimit(2).</summary>
    internal static unsafe ProcessSetting Limit(string what, int resource, ulong value) => new(what, pid =>
    {
        ulong* limit = stackalloc ulong[2] { value, value };
        return LibC.prlimit(pid, resource, limit, null) < 0 ? Marshal.GetLastPInvokeError() : 0;
    });

    /// <summary>Of all threads: on a busy machine a process has made some before its parent comes to this. A thread has the value of the thread that makes it, so it goes on until a pass finds no new one.</summary>
    internal static ProcessSetting Nice(string what, int nice) => new(what, pid =>
    {
        var seen = new HashSet<string>();
        try
        {
            while (Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")).Where(seen.Add).ToArray() is { Length: > 0 } threads)
            {
                foreach (string thread in threads)
                {
                    if (LibC.setpriority(PRIO_PROCESS, int.Parse(Path.GetFileName(thread.AsSpan()), CultureInfo.InvariantCulture), nice) < 0 && Marshal.GetLastPInvokeError() is not Errno.ESRCH and var errno)
                    {
                        return errno;
                    }
                }
            }
        }
        catch (IOException)
        {
            // it has ended
        }
        catch (UnauthorizedAccessException)
        {
            return LibC.setpriority(PRIO_PROCESS, pid, nice) < 0 ? Marshal.GetLastPInvokeError() : 0; // /proc hides its threads (hidepid)
        }

        return 0;
    });

    /// <summary>oom_score_adj of proc(5).</summary>
    internal static unsafe ProcessSetting OomScore(string what, int adjust) => new(what, pid =>
    {
        int fd = LibC.open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/oom_score_adj"), O_RDWR | O_CLOEXEC, 0);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        Span<byte> text = stackalloc byte[16];
        _ = adjust.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        fixed (byte* first = text)
        {
            int errno = LibC.write(fd, first, (nuint)length) < 0 ? Marshal.GetLastPInvokeError() : 0;
            Descriptors.Close(fd);
            return errno;
        }
    });
}
