using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ProcManager.Posix;

/// <summary>One process as /proc/PID/stat tells of it.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Name">The first 15 bytes of its program's name, or what it calls itself.</param>
/// <param name="State">R, S, D, T, Z and so on.</param>
/// <param name="Parent">Its parent.</param>
/// <param name="IsKernelThread">It is a part of the kernel and runs no program.</param>
/// <param name="Cpu">Processor time.</param>
/// <param name="StartTime">In clock ticks since boot.</param>
/// <param name="Resident">Bytes in memory.</param>
internal readonly record struct ProcessStat(int Pid, string Name, char State, int Parent, bool IsKernelThread, TimeSpan Cpu, long StartTime, long Resident)
{
    /// <summary>It has ended and waits to be reaped.</summary>
    internal bool HasEnded => State is 'Z' or 'X' or 'x';
}

/// <content>Processes of others.</content>
internal static unsafe partial class ProcFs
{
    /// <summary>What the kernel adds to the path of a file that was removed or replaced.</summary>
    internal const string Removed = " (deleted)";

    private const long KernelThread = 0x200000; // PF_KTHREAD of linux/sched.h

    /// <summary>Null when there is no such process, or /proc hides it.</summary>
    internal static ProcessStat? Process(int pid)
    {
        Span<byte> buffer = stackalloc byte[StatSize];
        ReadOnlySpan<byte> text = Read(pid, "/stat"u8, buffer);
        int begin = text.IndexOf((byte)'(');
        int end = text.LastIndexOf((byte)')');
        if (begin < 0 || end < begin || end + 2 >= text.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> fields = text[(end + 2)..];
        return new(
            pid,
            Encoding.UTF8.GetString(text[(begin + 1)..end]),
            (char)fields[0],
            (int)Field(fields, 1),
            (Field(fields, 6) & KernelThread) != 0,
            TimeSpan.FromTicks((Field(fields, 11) + Field(fields, 12)) * TicksPerUnit),
            Field(fields, 19),
            Field(fields, 21) * Environment.SystemPageSize);
    }

    /// <summary>How long ago a process has begun, the time that the machine was suspended included.</summary>
    internal static TimeSpan Age(long startTime)
    {
        const int BootTime = 7; // CLOCK_BOOTTIME of linux/time.h
        nint* time = stackalloc nint[2];
        return LibC.clock_gettime(BootTime, time) == 0
            ? TimeSpan.FromTicks((time[0] * TimeSpan.TicksPerSecond) + (time[1] / TimeSpan.NanosecondsPerTick) - (startTime * TicksPerUnit))
            : TimeSpan.MaxValue;
    }

    /// <summary>The user and the group as whom a process acts, and its thread group: its own number, unless the number is that of a single thread. Null when there is no such process.</summary>
    internal static (uint User, uint UserGroup, int Group)? Owner(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        ReadOnlySpan<byte> text = Read(pid, "/status"u8, buffer);
        int group = text.IndexOf("\nTgid:\t"u8);
        return group >= 0 && Utf8Parser.TryParse(text[(group + 7)..], out int id, out _) && Effective(text, "\nUid:\t"u8) is { } user && Effective(text, "\nGid:\t"u8) is { } usersGroup
            ? (user, usersGroup, id)
            : null;
    }

    /// <summary>The second of the four ids of a line.</summary>
    private static uint? Effective(ReadOnlySpan<byte> text, ReadOnlySpan<byte> line)
    {
        int begin = text.IndexOf(line);
        if (begin < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> ids = text[(begin + line.Length)..];
        return Utf8Parser.TryParse(ids[(ids.IndexOf((byte)'\t') + 1)..], out uint id, out _) ? id : null;
    }

    /// <summary>The file that a process runs. Null, with the error number: there is no such process, it is a part of the kernel (ENOENT), or this user may not know (EACCES).</summary>
    internal static FileIdentity? Executable(int pid, out int errno)
    {
        FileIdentity? file = FileIdentity.OfTarget(ExecutableLink(pid));
        errno = file is null ? Marshal.GetLastPInvokeError() : 0;
        return file;
    }

    /// <summary>The path of the program that a process runs, as the kernel has it: with " (deleted)" after it when the file was removed or replaced. Null as with <see cref="Executable"/>.</summary>
    internal static string? ExecutablePath(int pid) => TargetOf(ExecutableLink(pid));

    /// <summary>The name of this process's program file, without its folder; null where the kernel does not tell.</summary>
    internal static string? ProgramFileName() => TargetOf("/proc/self/exe") is { } path ? NameIn(path) : null;

    /// <summary>A file may also be named as if it were <see cref="Removed"/>.</summary>
    internal static string NameIn(string path) =>
        Path.GetFileName(path.EndsWith(Removed, StringComparison.Ordinal) && !File.Exists(path) ? path[..^Removed.Length] : path);

    /// <summary>The beginning of the command line, its words separated by spaces; empty for a part of the kernel, and when there is no such process. May hang while the kernel changes the memory of the process.</summary>
    internal static string CommandLine(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        return Encoding.UTF8.GetString(Read(pid, "/cmdline"u8, buffer)).TrimEnd('\0').Replace('\0', ' ');
    }

    private static string? TargetOf(string link)
    {
        const int Longest = 4096; // the kernel has a page for the text of such a link
        byte* target = stackalloc byte[Longest];
        long length = LibC.readlink(link, target, Longest);
        return length <= 0 ? null : Encoding.UTF8.GetString(target, (int)length);
    }

    private static string ExecutableLink(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/exe");
}
