using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>What proc(5) says of a process.</summary>
internal static class ProcFs
{
    /// <summary>USER_HZ, the grain of the CPU times; 100 on every Linux .NET runs on.</summary>
    internal const double TicksPerSecond = 100;

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <summary>Children of the main thread, which is where a manager starts them. Cheap enough for a tight loop.</summary>
    internal static HashSet<int> Children(int pid)
    {
        using var file = File.OpenHandle($"/proc/{pid}/task/{pid}/children");
        byte[] buffer = t_buffer ??= new byte[64 * 1024];
        int length = RandomAccess.Read(file, buffer, 0);
        var children = new HashSet<int>();
        foreach (Range part in buffer.AsSpan(0, length).Split((byte)' '))
        {
            if (int.TryParse(buffer.AsSpan(0, length)[part], CultureInfo.InvariantCulture, out int child))
            {
                children.Add(child);
            }
        }

        return children;
    }

    /// <summary>A process and all below it.</summary>
    internal static IEnumerable<int> Tree(int pid) => Children(pid).SelectMany(Tree).Prepend(pid);

    /// <summary>CPU time used, user and system, in the clock's grain.</summary>
    internal static double CpuSeconds(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>How often a thread went to sleep by itself, which is how often it had been woken.</summary>
    internal static long Sleeps(int pid, int thread) => Number($"/proc/{pid}/task/{thread}/status", "voluntary_ctxt_switches:");

    internal static long Sleeps(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Sum(t => Sleeps(pid, int.Parse(Path.GetFileName(t), CultureInfo.InvariantCulture)));

    /// <summary>The machine's load average of the last minute: above the number of processors, times are others' times too.</summary>
    internal static double Load => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Memory in KiB: shared pages divided by their sharers; pages of its own; all of them.</summary>
    internal static (double Proportional, double Private, double Resident) Memory(int pid)
    {
        string file = $"/proc/{pid}/smaps_rollup";
        return (Number(file, "Pss:"), Number(file, "Private_Clean:") + Number(file, "Private_Dirty:"), Number(file, "Rss:"));
    }

    internal static IReadOnlyList<int> WithEnvironment(string entry)
    {
        var found = new List<int>();
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) && Environ(pid).Split('\0').Contains(entry))
            {
                found.Add(pid);
            }
        }

        return found;
    }

    private static string Environ(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone, or somebody else's
        }
    }

    private static long Number(string file, string name)
    {
        string line = File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
