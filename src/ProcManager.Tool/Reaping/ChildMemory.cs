using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tool.Reaping;

/// <summary>Measures children. A child whose memory the kernel does not tell would never be over the limit, so it is named, once.</summary>
internal sealed class ChildMemory
{
    private readonly HashSet<(int Pid, long StartTime)> _named = [];

    internal long Of(int pid, MemoryMeasure measure)
    {
        long memory = MemoryGauge.Measure(pid, measure);
        if (memory == 0 && WhyNot(pid, measure) is { } reason && ProcFs.StartTime(pid) is not 0 and var started && _named.Add((pid, started)))
        {
            Console.Error.WriteLine($"procman: the memory of process {pid} cannot be read, so it is left alone: {reason}");
        }

        return memory;
    }

    // Null: it is ending, and has no memory any more.
    private static string? WhyNot(int pid, MemoryMeasure measure)
    {
        try
        {
            _ = File.ReadAllText($"/proc/{pid}/{(measure == MemoryMeasure.Proportional ? "smaps_rollup" : "statm")}");
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return measure == MemoryMeasure.Proportional ? "--measure pss needs the right to trace it. Run this as root, or take another measure." : "this user may not look at it.";
        }
        catch (FileNotFoundException)
        {
            return measure == MemoryMeasure.Proportional ? "--measure pss needs Linux 4.14." : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
