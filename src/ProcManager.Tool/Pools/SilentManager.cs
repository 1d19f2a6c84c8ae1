using System.Globalization;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Status;

namespace ProcManager.Tool.Pools;

/// <summary>The pool of a manager that does not answer: its scoreboard is shared memory, which can be read through <c>/proc/PID/fd</c> without its help.</summary>
internal static class SilentManager
{
    private const string MemoryName = "/memfd:procmanager-scoreboard";

    /// <summary>The pool as its scoreboard has it; null when the memory cannot be read.</summary>
    internal static PoolReport? Read(int pid, string program)
    {
        try
        {
            string? link = Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .FirstOrDefault(static f => new FileInfo(f).LinkTarget?.StartsWith(MemoryName, StringComparison.Ordinal) == true);
            if (link is null)
            {
                return null;
            }

            using FileStream file = File.OpenRead(link);
            SharedMemory memory = SharedMemory.MapToRead((int)file.SafeFileHandle.DangerousGetHandle(), (int)file.Length);
            var facts = new PoolFacts(null, false, PoolSizing.Static, MemoryMeasure.Private);
            return new ReportSource(program, () => SnapshotReader.Read(memory), () => facts, static () => [], new Health(static () => null)).Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException or ProcManagerException)
        {
            return null;
        }
    }
}
