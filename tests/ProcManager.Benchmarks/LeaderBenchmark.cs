using System.Diagnostics;
using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>The worker that leads a pool of three is killed. How long until another one leads, by its own clock, and how much of that is the kernel's work on the dead one?</summary>
internal static class LeaderBenchmark
{
    /// <summary>A setting of the program under measurement: each leader says so on standard error, with the monotonic time.</summary>
    internal const string Setting = "Leader=1";

    internal const string Line = "leads since ";

    private const int Rounds = 20;
    private const int Workers = 3;

    internal static void Run(Table table)
    {
        using Running manager = Programs.StartManager(Workers, Setting);
        List<double> dead = [];
        List<double> leads = [];
        (int leader, long since) = Read(manager.FirstLine(Line)); // before the pool was ready, or after
        for (int round = 0; round < Rounds + 2; round++)
        {
            manager.WaitForLines(" is ready", Workers + round);
            int pidFd = Native.OpenPidFd(leader);
            long begin = Stopwatch.GetTimestamp();
            Native.Send(leader, Native.Kill);
            _ = Native.WaitForEnd(pidFd, 10_000);
            double died = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            _ = Native.close(pidFd);
            for (int last = leader; leader == last;)
            {
                (leader, since) = Read(manager.WaitForLine(Line));
            }

            if (round >= 2)
            {
                dead.Add(died);
                leads.Add(Stopwatch.GetElapsedTime(begin, since).TotalMilliseconds);
            }
        }

        table.Note($"KILL of the leader until another worker leads, n={Rounds}", leads.Median(), "ms");
        table.Note("  90 % are faster than", leads.Quantile(0.9), "ms");
        table.Note("  the kernel's part of it: KILL until dead", dead.Median(), "ms");
    }

    private static (int Pid, long Since) Read(string line)
    {
        string[] words = line[(line.IndexOf(Line, StringComparison.Ordinal) + Line.Length)..].Split(' ');
        return (int.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[0], CultureInfo.InvariantCulture));
    }
}
