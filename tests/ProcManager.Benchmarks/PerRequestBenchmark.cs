using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>
/// A process for each request, in turns with those who do the same by fork(2) or by starting a program, and with the pool. How long is the way to the first byte at a rate that all follow, and how many requests a second can be had?
/// </summary>
internal static class PerRequestBenchmark
{
    /// <summary>Compiled as docs/per-request.md says.</summary>
    private const string Quick = "NativeAOT, quick start";

    private const int Most = 16;
    private const int Standby = 8;
    private const int Paced = 200;
    private const int Clients = 4;
    private const int Refills = 7;
    private const double AddedByHandOver = 0.3;
    private const double TimesOfProgramStart = 5;
    private const double TimesOfPerl = 0.5;

    /// <summary>Two processors start a worker of CoreCLR in this time also on a slow machine, so that one stands by at each request.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan QuickPace = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(6);

    internal static void Run(Table table)
    {
        string native = Programs.NativeAot("ProcManager.Benchmarks");
        string quick = Programs.QuickNativeAot("ProcManager.Benchmarks");
        HandOver(table, "CoreCLR", Environment.ProcessPath!);
        HandOver(table, "NativeAOT", native);
        HandOver(table, Quick, quick);
        FirstBytes(table, quick);
        Rates(table, native, quick);
        Refill(table, "CoreCLR", Environment.ProcessPath!);
        Refill(table, Quick, quick);
    }

    /// <summary>The same program as a pool, asked in turns: the difference is what the hand-over, and a process that serves for the first time, add.</summary>
    private static void HandOver(Table table, string name, string program)
    {
        using Running pool = Programs.On(program, static () => Programs.StartManager(2));
        using Running each = Programs.On(program, static () => Programs.StartPerRequest(Most, Standby));
        Thread.Sleep(2_000);
        List<double>[] times = Alternate(Paced, Pace, pool.Port, each.Port);
        table.Note($"{name}: to the first byte, a pool", times[0].Median(), "ms");
        table.Note("  one request a process", times[1].Median(), "ms");
        table.AtMost("  added at the median", times[1].Median() - times[0].Median(), AddedByHandOver, "ms");
        table.Note("  added at 90 %", times[1].Quantile(0.9) - times[0].Quantile(0.9), "ms");
    }

    /// <summary>At a rate that fork(2) and NativeAOT follow.</summary>
    private static void FirstBytes(Table table, string quick)
    {
        using Running? perl = PerRequestPeers.TryPerl();
        using Running? c = PerRequestPeers.TryC();
        using Running each = Programs.On(quick, static () => Programs.StartPerRequest(Most, Standby));
        Thread.Sleep(1_000);
        List<double>[] times = Alternate(3 * Paced, QuickPace, each.Port, perl?.Port ?? 0, c?.Port ?? 0);
        string what = $"{Quick}: to the first byte, {1 / QuickPace.TotalSeconds:0} a second";
        if (perl is null)
        {
            table.Missing(what, PerRequestPeers.PerlPackages);
        }
        else
        {
            table.AtMostTimes(what, times[0].Median(), "Perl's fork", times[1].Median(), 1, "ms");
            table.NoteTimes("  99 %", times[0].Quantile(0.99), "Perl's fork", times[1].Quantile(0.99), "ms");
        }

        if (c is not null)
        {
            table.NoteTimes("  median", times[0].Median(), "C's fork", times[2].Median(), "ms");
        }
    }

    private static void Rates(Table table, string native, string quick)
    {
        double? perl = Rate(table, "Perl's fork", PerRequestPeers.TryPerl());
        double? c = Rate(table, "C's fork", PerRequestPeers.TryC());
        double? start = Rate(table, "a start of a CoreCLR program", PerRequestPeers.TryC(Environment.ProcessPath!, Programs.Inetd));
        double? nativeStart = Rate(table, "a start of a NativeAOT program", PerRequestPeers.TryC(quick, Programs.Inetd));
        double pool = Rate(table, "pool", Programs.StartManager(2))!.Value;
        double core = Rate(table, "CoreCLR", Programs.StartPerRequest(Most, Standby))!.Value;
        double aot = Rate(table, "NativeAOT", Programs.On(native, static () => Programs.StartPerRequest(Most, Standby)))!.Value;
        double fast = Rate(table, Quick, Programs.On(quick, static () => Programs.StartPerRequest(Most, Standby)))!.Value;
        string what = $"requests a second, {Clients} clients";
        Compare(table, $"CoreCLR: {what}", core, ("a start each", start, null), ("a pool of 2", pool, null));
        Compare(table, $"NativeAOT: {what}", aot, ("a start each, CoreCLR", start, TimesOfProgramStart), ("Perl's fork", perl, null));
        Compare(table, $"{Quick}: {what}", fast, ("a start each, CoreCLR", start, TimesOfProgramStart), ("Perl's fork", perl, TimesOfPerl), ("C's fork", c, null), ("a start each", nativeStart, null));
    }

    private static void Compare(Table table, string what, double measured, params ReadOnlySpan<(string Name, double? Rate, double? Target)> yardsticks)
    {
        foreach ((string name, double? rate, double? target) in yardsticks)
        {
            if (rate is { } yardstick)
            {
                table.AtLeastTimes(what, measured, name, yardstick, measured / yardstick, target, "");
                what = "  ";
            }
        }
    }

    private static double? Rate(Table table, string name, Running? server)
    {
        if (server is null)
        {
            table.Missing(name, $"{PerRequestPeers.PerlPackages} {PerRequestPeers.CPackages}");
            return null;
        }

        using (server)
        {
            var warm = new Load(server.Port);
            warm.Begin(Clients);
            Thread.Sleep(1_500); // those that stood by are used up
            warm.End();
            var load = new Load(server.Port);
            long begin = Stopwatch.GetTimestamp();
            load.Begin(Clients);
            Thread.Sleep(Time);
            load.End();
            double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            if (load.Failed.Count + warm.Failed.Count > 0)
            {
                table.Fail($"{name}: {load.Failed.Count + warm.Failed.Count} requests failed: {load.Failed.Concat(warm.Failed).First()}");
            }

            return load.Answered.Count / seconds;
        }
    }

    /// <summary>All that stand by are used up at once; how long until as many stand by again?</summary>
    private static void Refill(Table table, string name, string program)
    {
        using Running each = Programs.On(program, static () => Programs.StartPerRequest(Most, Standby));
        List<double> rates = [];
        for (int i = 0; i < Refills; i++)
        {
            Thread.Sleep(2_000);
            long begin = Stopwatch.GetTimestamp();
            var load = new Load(each.Port);
            load.Run(Standby, Standby * 2);
            rates.Add(Standby * 2 / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        table.Note($"{name}: {2 * Standby} requests at once, {Standby} stand by: a second", rates.Median(), "");
    }

    private static List<double>[] Alternate(int count, TimeSpan pace, params ReadOnlySpan<int> ports)
    {
        List<double>[] times = new List<double>[ports.Length];
        for (int p = 0; p < ports.Length; p++)
        {
            times[p] = [];
        }

        long next = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            int at = i % ports.Length;
            next += (long)(pace.TotalSeconds * Stopwatch.Frequency);
            if (ports[at] == 0)
            {
                continue;
            }

            long begin = Stopwatch.GetTimestamp();
            using (var connection = new Connection(ports[at]))
            {
                _ = connection.Ask();
                times[at].Add(Stopwatch.GetElapsedTime(begin, connection.FirstByteAt).TotalMilliseconds);
            }

            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
            if (left > TimeSpan.Zero)
            {
                Thread.Sleep(left);
            }
        }

        return times;
    }
}
