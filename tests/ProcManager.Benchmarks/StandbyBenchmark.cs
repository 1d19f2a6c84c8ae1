using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>
/// The only worker is killed. How long until the one that stands by answers in its place? The yardstick, in turns with it: the same
/// without one that stands by. Then reloads, where new workers stand by before the old ones leave.
/// </summary>
internal static class StandbyBenchmark
{
    private const int Rounds = 41;
    private const int WarmUp = 2;

    internal static void Run(Table table)
    {
        Native.SetSlice(100_000); // how long the one who asks waits for a processor is not what is asked
        TakeOvers(table);
        FastCgi.TakeOvers.Print(table);
        Native.SetSlice(0);
        using Running manager = Programs.StartManager(4, "StandbyCount=1");
        manager.WaitForLines("stands by", 1);
        Reloads.Measure(manager).Print(table, "reloads of 4 workers, 1 stands by", 1.5);
        using Running native = Programs.On(Programs.NativeAot("ProcManager.Benchmarks"), static () => Programs.StartManager(4, "StandbyCount=1"));
        native.WaitForLines("stands by", 1);
        Reloads.Measure(native).Print(table, "the same on NativeAOT", 1.5);
    }

    private static void TakeOvers(Table table)
    {
        using Running with = Programs.StartManager(1, "StandbyCount=1");
        using Running without = Programs.StartManager(1, "StandbyCount=0");
        List<double> dead = [];
        List<double> takenOver = [];
        List<double> started = [];
        for (int round = 0; round < Rounds + WarmUp; round++)
        {
            with.WaitForLines("stands by", round + 1);
            (double died, double answered) = Replace(with);
            (_, double restarted) = Replace(without);
            if (round >= WarmUp)
            {
                dead.Add(died);
                takenOver.Add(answered);
                started.Add(restarted);
            }
        }

        table.AtMost($"KILL until one that stood by answers, n={Rounds}", takenOver.Median(), 4, "ms");
        table.AtMostTimes("  against a pool where nobody stands by", takenOver.Median(), "a start", started.Median(), 0.1, "ms");
        table.NoteTimes("  90 % are faster than", takenOver.Quantile(0.9), "a start", started.Quantile(0.9), "ms");
        table.Note("  the killed one is dead, by its pidfd, after", dead.Median(), "ms");
    }

    /// <summary>The question comes after the KILL, so only a successor can answer it, and is there before the successor is.</summary>
    private static (double Dead, double Answered) Replace(Running manager)
    {
        Thread.Sleep(30); // what the last start has left to do
        int victim = Connection.Ask(manager.Port);
        int pidFd = Native.OpenPidFd(victim);
        long died = 0;
        var watch = new Thread(() => died = Native.WaitForEnd(pidFd, 10_000) ? Stopwatch.GetTimestamp() : 0); // the answer may come before the end
        watch.Start();
        long begin = Stopwatch.GetTimestamp();
        Native.Send(victim, Native.Kill);
        using var connection = new Connection(manager.Port);
        connection.Send();
        int answered = connection.Receive();
        watch.Join();
        _ = Native.close(pidFd);
        return died > 0 && answered != victim
            ? (Stopwatch.GetElapsedTime(begin, died).TotalMilliseconds, Stopwatch.GetElapsedTime(begin, connection.FirstByteAt).TotalMilliseconds)
            : throw new InvalidOperationException($"Pid {answered} answered after {victim} was killed.");
    }
}
