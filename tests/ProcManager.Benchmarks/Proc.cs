using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcManager.Benchmarks;

/// <summary>What /proc says of a process, and the two calls that .NET has not.</summary>
internal static partial class Proc
{
    internal static HashSet<int> Children(int pid) =>
        [.. Directory.GetDirectories($"/proc/{pid}/task").SelectMany(static t => ChildrenOf(t + "/children"))];

    internal static IEnumerable<int> ChildrenOf(string file) =>
        Read(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static c => int.Parse(c, CultureInfo.InvariantCulture));

    /// <summary>Nanoseconds on a processor, all threads that live.</summary>
    internal static long CpuNanoseconds(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Sum(static t => Read(t + "/schedstat") is { Length: > 0 } s ? long.Parse(s.Split(' ')[0], CultureInfo.InvariantCulture) : 0);

    /// <summary>In clock ticks of 10 ms.</summary>
    internal static long CpuTicks(int pid)
    {
        string stat = Read($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    internal static long Switches(int pid, int thread) => Read($"/proc/{pid}/task/{thread}/status").Split('\n')
        .Where(static l => l.Contains("ctxt_switches", StringComparison.Ordinal))
        .Sum(static l => long.Parse(l.Split(':')[1].Trim(), CultureInfo.InvariantCulture));

    internal static long AllSwitches(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Sum(t => Switches(pid, int.Parse(Path.GetFileName(t), CultureInfo.InvariantCulture)));

    /// <summary>A line of smaps_rollup, in KiB.</summary>
    internal static long Memory(int pid, string name) => Read($"/proc/{pid}/smaps_rollup").Split('\n')
        .Where(l => l.StartsWith(name + ":", StringComparison.Ordinal))
        .Sum(static l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));

    [LibraryImport("libc")]
    internal static partial int kill(int pid, int signal);

    [LibraryImport("libc")]
    internal static partial nint syscall(nint number);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
