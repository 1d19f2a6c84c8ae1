using System.Diagnostics;
using System.Globalization;

namespace ProcManager.TestWorker;

/// <summary>Leaders write into one file when they begin and end; one that begins while the last one lives and has not ended says so.</summary>
internal static class Leaders
{
    internal static void Watch(ProcessManager manager, string file) => manager.LeaderChanged += (_, _) => Note(manager, file);

    private static void Note(ProcessManager manager, string file)
    {
        long now = Stopwatch.GetTimestamp(); // CLOCK_MONOTONIC, as in the test
        int me = Environment.ProcessId;
        string last = File.Exists(file) ? File.ReadLines(file).LastOrDefault() ?? "" : "";
        if (manager.IsLeader)
        {
            if (last.StartsWith("begin ", StringComparison.Ordinal) && int.Parse(last.Split(' ')[1], CultureInfo.InvariantCulture) is var other && !IsEnding(other))
            {
                Console.WriteLine($"two leaders: {other} and {me}");
            }

            File.AppendAllText(file, $"begin {me}\n");
            Console.WriteLine($"leader {me} generation {manager.Generation} slot {manager.Slot} at {now} on {Thread.CurrentThread.Name}");
        }
        else if (last == $"begin {me}")
        {
            File.AppendAllText(file, $"end {me}\n");
            Console.WriteLine($"no leader {me}");
        }
    }

    // Of a process that was killed the kernel gives descriptors back before it is a zombie; it has PF_EXITING then.
    private static bool IsEnding(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" || (long.Parse(fields[6], CultureInfo.InvariantCulture) & 4) != 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
