using System.Buffers.Binary;
using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Status;

namespace ProcManager.Tool.Pools;

/// <summary>The pool of a manager that does not answer: its scoreboard is shared memory, which can be read through <c>/proc/PID/fd</c> without its help.</summary>
internal static class SilentManager
{
    private const string MemoryName = "/memfd:procmanager-scoreboard";
    private const ulong NameMask = 0x0000_ffff_ffff_ffff; // the magic number without its version

    /// <summary>The title that the manager has given itself, as <c>ps</c> shows it; null: it cannot be seen from here.</summary>
    internal static string? NameOf(int pid)
    {
        try
        {
            string title = pid > 0 ? File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Split('\0')[0] : "";
            return title.Length > 0 ? Printable.Of(title) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The pool as its scoreboard has it, or why the scoreboard cannot be read; neither: the process has none that this user may see.</summary>
    internal static (PoolReport? Report, string? Problem) Read(int pid, string program)
    {
        try
        {
            string? link = Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .FirstOrDefault(static f => new FileInfo(f).LinkTarget?.StartsWith(MemoryName, StringComparison.Ordinal) == true);
            if (link is null)
            {
                return (null, null);
            }

            using FileStream file = File.OpenRead(link);
            if (WhyNotReadable(file) is { } problem)
            {
                return (null, problem);
            }

            SharedMemory memory = SharedMemory.MapToRead((int)file.SafeFileHandle.DangerousGetHandle(), (int)file.Length);
            var facts = new PoolFacts(null, false, null, MemoryMeasure.Private);
            PoolReport report = new ReportSource(program, () => SnapshotReader.Read(memory), () => facts, static () => [], new Health(static () => null), new RequestAges()).Read();
            return (report with { Health = new HealthReport(false, false, "the manager does not answer") }, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException or ProcManagerException)
        {
            return (null, null);
        }
    }

    // The manager may run another version of the library than this tool.
    private static string? WhyNotReadable(FileStream file)
    {
        Span<byte> magic = stackalloc byte[sizeof(ulong)];
        if (file.Length < Layout.SlotsOffset || RandomAccess.Read(file.SafeFileHandle, magic, Layout.MagicAt) < magic.Length)
        {
            return "Its scoreboard has another layout.";
        }

        ulong found = BinaryPrimitives.ReadUInt64LittleEndian(magic);
        return found == Layout.Magic ? null
            : (found & NameMask) == (Layout.Magic & NameMask) ? $"Its scoreboard has another layout (version {found >> 48}; this tool reads version {Layout.Version})."
            : "Its scoreboard has another layout.";
    }
}
