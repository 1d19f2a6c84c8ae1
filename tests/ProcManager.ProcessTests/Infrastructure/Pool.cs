using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Looks at a pool from outside: its log, its scoreboard, its processor time.</summary>
internal static class Pool
{
    /// <summary>The event of the host, which comes after the log line.</summary>
    internal static Task<Match> ReloadFinished(this Managed managed, string outcome, int generation, string reason = "") =>
        managed.Log.Find($@"^event reload {outcome} {generation} .*{reason}");

    internal static Task<string> Snapshot(this Managed managed) => managed.Client.Get("/snapshot");

    internal static async Task<long> Number(this Managed managed, string name) =>
        long.Parse(Regex.Match(await managed.Snapshot(), name + @" (\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>Waits for these states, as the manager sees them; takes --commands=yes.</summary>
    internal static async Task StatesAre(this Managed managed, string states)
    {
        string last = "";
        await Until.True(
            async () => Regex.IsMatch(last = await managed.States(), $"^(?:{states})$"),
            $"the states {states}");
    }

    /// <summary>A letter for each slot, by the manager's own scoreboard.</summary>
    internal static async Task<string> States(this Managed managed)
    {
        int from = managed.Log.Count;
        managed.Command("states");
        return (await managed.Log.Find(@"^states \[(.*)\]$", from)).Groups[1].Value;
    }

    /// <summary>
    /// Stops the manager (SIGSTOP) while it waits for events. In the middle of a handler or of a line of the log, the time would count
    /// as the handler's, in which the workers run, and no deadline would move.
    /// </summary>
    internal static async Task StopManager(this Managed managed)
    {
        await Until.True(() => Native.State(managed.Pid) == 'S', "the manager waits");
        managed.Signal(Native.Stop);
        await Until.True(() => Native.State(managed.Pid) == 'T', "the manager is stopped");
    }

    /// <summary>So many lines, and no more so far. Lines of the log come on a thread of their own: an event of the host may be seen before the line that was written first.</summary>
    internal static async Task Says(this Managed managed, string pattern, int times, string because = "")
    {
        await managed.Log.FindCount(pattern, times);
        managed.Count(pattern).Should().Be(times, because);
    }

    internal static int Count(this Managed managed, string pattern) => managed.Log.Lines.Count(l => Regex.IsMatch(l, pattern));

    /// <summary>
    /// The fewest workers that were ready at once, from the moment all first ones were, and the most that lived; by the manager's
    /// own lines. One that was told to leave counts for neither.
    /// </summary>
    internal static (int Fewest, int MostAlive) Readiness(this Managed managed)
    {
        var ready = new HashSet<string>();
        var alive = new HashSet<string>();
        int fewest = int.MaxValue;
        int most = 0;
        bool whole = false;
        foreach (string line in managed.Log.Lines)
        {
            Match said = Regex.Match(line, @"manager \(pid \d+\): worker \d+ \(pid (\d+)\):? (was started|is ready|draining|is killed|ended)");
            string pid = said.Groups[1].Value;
            _ = said.Groups[2].Value switch
            {
                "was started" => alive.Add(pid),
                "is ready" => ready.Add(pid),
                "" => false,
                _ => ready.Remove(pid) | alive.Remove(pid),
            };
            whole |= Regex.IsMatch(line, "workers are ready|ready: 1 worker");
            if (whole && said.Success)
            {
                fewest = Math.Min(fewest, ready.Count);
                most = Math.Max(most, alive.Count);
            }
        }

        return (fewest, most);
    }

    /// <summary>Processor time a process has used so far, to the kernel's grain of 10 ms.</summary>
    internal static TimeSpan CpuTime(int pid)
    {
        string stat = Native.ReadOrEmpty($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
    }
}
