using System.Buffers.Text;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>What the kernel tells of a process, see proc(5). Hundreds of workers are looked at every second, so nothing is allocated and each file is one open, read, close.</summary>
internal static unsafe partial class ProcFs
{
    /// <summary>The kernel tells processor time in hundredths of a second on every architecture that .NET runs on.</summary>
    private const long TicksPerUnit = TimeSpan.TicksPerSecond / 100;

    private const int StatSize = 512;

    /// <summary>State letter and processor time; false when there is no such process.</summary>
    internal static bool TryStat(int pid, out char state, out TimeSpan cpu)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        ReadOnlySpan<byte> fields = Stat(pid, buffer);
        state = '?';
        cpu = default;
        if (fields.IsEmpty)
        {
            return false;
        }

        state = (char)fields[0];
        cpu = TimeSpan.FromTicks((Field(fields, 11) + Field(fields, 12)) * TicksPerUnit);
        return true;
    }

    /// <summary>
    /// Processor time of all threads, those that have ended too; zero when there is no such process. By the process's clock (clock_getcpuclockid(3)),
    /// which is one system call: the file stat takes three, and the kernel writes fifty numbers for two.
    /// </summary>
    internal static TimeSpan Cpu(int pid)
    {
        const int CpuClockSched = 2; // the kernel's name for it; glibc has it hidden in clock_getcpuclockid
        nint* time = stackalloc nint[2];
        return LibC.clock_gettime((~pid << 3) | CpuClockSched, time) == 0
            ? TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick))
            : TimeSpan.Zero;
    }

    /// <summary>The living children of all threads of a process; empty when there is no such process, or the kernel does not tell (CONFIG_PROC_CHILDREN).</summary>
    internal static List<int> Children(int pid)
    {
        var children = new List<int>();
        try
        {
            foreach (string thread in Directory.EnumerateDirectories(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{pid}/task")))
            {
                foreach (string child in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    children.Add(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the process, or one of its threads, has ended
        }

        return children;
    }

    /// <summary>This process's umask, which umask(2) only tells by changing it.</summary>
    internal static uint Umask()
    {
        const string Name = "Umask:";
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith(Name, StringComparison.Ordinal));
        return line is null ? 0x12u : Convert.ToUInt32(line[Name.Length..].Trim(), 8); // a kernel before 4.7: the usual 022
    }

    /// <summary>This process's value; null where the kernel does not tell.</summary>
    internal static int? OomScoreAdjust()
    {
        Span<byte> buffer = stackalloc byte[32];
        return Utf8Parser.TryParse(Read(Environment.ProcessId, "/oom_score_adj"u8, buffer), out int value, out _) ? value : null;
    }

    /// <summary>When it was started, in the kernel's ticks since the machine was; 0 when there is no such process.</summary>
    internal static long StartTime(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return Field(Stat(pid, buffer), 19);
    }

    /// <summary>Where this process's arguments lie in its memory, fields 48 and 49 of proc(5)'s stat; zeros where the kernel does not tell.</summary>
    internal static (nint Start, nint End) Arguments()
    {
        // Not by our number: in a pid namespace without its own /proc, another process has it there.
        Span<byte> buffer = stackalloc byte[2 * StatSize]; // almost all fields
        ReadOnlySpan<byte> fields = BehindName(ReadFile("/proc/self/stat", buffer));
        return ((nint)Field(fields, 45), (nint)Field(fields, 46));
    }

    /// <summary>The parent of a process; 0 when there is no such process.</summary>
    internal static int Parent(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        return (int)Field(Stat(pid, buffer), 1);
    }

    /// <summary>Virtual, resident and shared memory in bytes; zeros when there is no such process.</summary>
    internal static (long Virtual, long Resident, long Shared) Memory(int pid)
    {
        Span<byte> buffer = stackalloc byte[128];
        ReadOnlySpan<byte> text = Read(pid, "/statm"u8, buffer);
        long page = Environment.SystemPageSize;
        return text.IsEmpty ? default : (Field(text, 0) * page, Field(text, 1) * page, Field(text, 2) * page);
    }

    /// <summary>Proportional memory in bytes; 0 when there is no such process, or it may not be read.</summary>
    internal static long Proportional(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        ReadOnlySpan<byte> text = Read(pid, "/smaps_rollup"u8, buffer);
        int at = text.IndexOf("\nPss:"u8);
        if (at < 0)
        {
            return 0;
        }

        return Utf8Parser.TryParse(text[(at + 5)..].TrimStart((byte)' '), out long kibibytes, out _) ? kibibytes * 1024 : 0;
    }

    /// <summary>Another process traces it: a debugger, or the program that writes its dump.</summary>
    internal static bool IsTraced(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        ReadOnlySpan<byte> text = Read(pid, "/status"u8, buffer);
        int at = text.IndexOf("\nTracerPid:\t"u8);
        return at >= 0 && at + 12 < text.Length && text[at + 12] != (byte)'0';
    }

    /// <summary>The process has a handler for this signal. Null: that cannot be read, as without /proc.</summary>
    internal static bool? Catches(int pid, int signal)
    {
        Span<byte> buffer = stackalloc byte[4096];
        ReadOnlySpan<byte> text = Read(pid, "/status"u8, buffer);
        int at = text.IndexOf("\nSigCgt:\t"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 9)..], out ulong mask, out _, 'x') ? (mask & (1UL << (signal - 1))) != 0 : null;
    }

    /// <summary>What follows the name in stat; empty when there is no such process. The name stands in brackets and may hold anything, brackets too.</summary>
    private static ReadOnlySpan<byte> Stat(int pid, Span<byte> buffer) => BehindName(Read(pid, "/stat"u8, buffer));

    private static ReadOnlySpan<byte> BehindName(ReadOnlySpan<byte> text)
    {
        int name = text.LastIndexOf((byte)')');
        return name < 0 || name + 2 >= text.Length ? default : text[(name + 2)..];
    }

    private static long Field(ReadOnlySpan<byte> text, int number)
    {
        for (; number > 0; number--)
        {
            int space = text.IndexOf((byte)' ');
            if (space < 0)
            {
                return 0;
            }

            text = text[(space + 1)..];
        }

        return Utf8Parser.TryParse(text, out long value, out _) ? value : 0;
    }

    private static ReadOnlySpan<byte> Read(int pid, ReadOnlySpan<byte> file, Span<byte> buffer)
    {
        byte* path = stackalloc byte[64];
        var name = new Span<byte>(path, 64);
        "/proc/"u8.CopyTo(name);
        _ = Utf8Formatter.TryFormat(pid, name[6..], out int digits);
        file.CopyTo(name[(6 + digits)..]);
        name[6 + digits + file.Length] = 0;
        return ReadOpened(LibC.open(path, O_RDONLY | O_CLOEXEC, 0), buffer);
    }

    private static ReadOnlySpan<byte> ReadFile(string path, Span<byte> buffer) => ReadOpened(LibC.open(path, O_RDONLY | O_CLOEXEC, 0), buffer);

    private static ReadOnlySpan<byte> ReadOpened(int fd, Span<byte> buffer)
    {
        if (fd < 0)
        {
            return default;
        }

        int read = Descriptors.Read(fd, buffer);
        Descriptors.Close(fd);
        return buffer[..Math.Max(0, read)];
    }
}
