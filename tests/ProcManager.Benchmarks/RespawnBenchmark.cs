using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>
/// An idle worker of four is killed. How long until its replacement exists, and until it answers, the other three being kept
/// busy so that nobody else can? The yardstick, in turns with it: the same program run alone, from its start to its first answer.
/// </summary>
internal static class RespawnBenchmark
{
    private const int Rounds = 31;
    private const int Workers = 4;

    internal static void Run(Table table)
    {
        using Running manager = Programs.StartManager(Workers);
        List<double> dead = [];
        List<double> exists = [];
        List<double> serves = [];
        List<double> alone = [];
        for (int round = 0; round < Rounds + 2; round++)
        {
            (double died, double born, double answered) = Replace(manager);
            double first = StartAlone();
            if (round >= 2)
            {
                dead.Add(died);
                exists.Add(born);
                serves.Add(answered);
                alone.Add(first);
            }
        }

        table.AtMost($"KILL until the replacement exists, n={Rounds}", exists.Median(), 5, "ms");
        table.Note("  90 % are faster than", exists.Quantile(0.9), "ms");
        table.Note("  the kernel's part of it: KILL until dead", dead.Median(), "ms");
        table.AtMostTimes("KILL until the replacement answers", serves.Median(), "alone", alone.Median(), 1.3, "ms");
        table.NoteTimes("  90 % are faster than", serves.Quantile(0.9), "alone", alone.Quantile(0.9), "ms");
    }

    private static (double Dead, double Exists, double Serves) Replace(Running manager)
    {
        Connection[] silent = [.. Enumerable.Range(1, Workers - 1).Select(_ => new Connection(manager.Port))];
        try
        {
            int victim = Victim(manager, silent.Length);
            int pidFd = Native.OpenPidFd(victim);
            HashSet<int> before = ProcFs.Children(manager.Pid);
            long begin = Stopwatch.GetTimestamp();
            Native.Send(victim, Native.Kill);

            // Asleep as long as can be: an observer that spins takes the processor that the manager is to react on.
            bool ended = Native.WaitForEnd(pidFd, 10_000);
            double dead = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            HashSet<int> now;
            while ((now = ProcFs.Children(manager.Pid)).IsSubsetOf(before))
            {
                _ = Native.usleep(100);
            }

            double exists = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            _ = Native.close(pidFd);
            int answered = Connection.Ask(manager.Port);
            double serves = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            return ended && now.Contains(answered) && !before.Contains(answered)
                ? (dead, exists, serves)
                : throw new InvalidOperationException($"Pid {answered} answered, which is not the replacement of {victim}.");
        }
        finally
        {
            foreach (Connection connection in silent)
            {
                connection.Dispose();
            }
        }
    }

    // The only one that answers when all others wait for what silent connections have to say.
    private static int Victim(Running manager, int silent)
    {
        Thread.Sleep(30); // the silent ones are taken first
        int[] answers = [.. Enumerable.Range(0, silent + 1).Select(_ => Connection.Ask(manager.Port)).Distinct()];
        return answers is [var one] ? one : throw new InvalidOperationException($"{answers.Length} workers answered; one was expected to be idle.");
    }

    private static double StartAlone()
    {
        int port = Programs.FreePort();
        long begin = Stopwatch.GetTimestamp();
        using Running program = Programs.StartAlone(port);
        Connection? connection;
        while ((connection = Connection.TryOpen(port)) is null)
        {
            Thread.Sleep(0);
        }

        using (connection)
        {
            int answered = connection.Ask();
            double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            return answered == program.Pid ? milliseconds : throw new InvalidOperationException($"Pid {answered} answered instead of {program.Pid}.");
        }
    }
}
