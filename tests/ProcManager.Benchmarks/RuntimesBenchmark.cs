using System.Diagnostics;
using System.Globalization;
using ProcManager.Benchmarks.FastCgi;

namespace ProcManager.Benchmarks;

/// <summary>The same program on CoreCLR and compiled by NativeAOT, beside a pre-forking server in Perl; no worker stands by. All are asked in turns.</summary>
internal static class RuntimesBenchmark
{
    private const int Replacements = 21;
    private const int Stops = 7;
    private const int Crowds = 1;
    private const int Crowd = 200;
    private const int Wear = 1_000;
    private const int Rounds = 15;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.12);

    internal static void Run(Table table)
    {
        string native = Programs.NativeAot("ProcManager.Benchmarks");
        Contender[] contenders =
        [
            new("CoreCLR", static n => Programs.StartManager(n), static s => Programs.StartFastCgi(s, 2)),
            new("NativeAOT", n => Programs.On(native, () => Programs.StartManager(n)), s => Programs.On(native, () => Programs.StartFastCgi(s, 2))),
        ];
        if (PerlFork.IsHere)
        {
            contenders = [.. contenders, new("Perl's fork", PerlFork.Start, null)];
        }
        else
        {
            table.Missing("Perl's fork", PerlFork.Packages);
        }

        table.Say(Line("", contenders.Select(static c => c.Name)));
        double[] replaced = Print(table, "KILL of the only worker until its replacement answers, ms", Replaced(contenders));
        double[] memory = Print(table, "memory of the manager and two workers, PSS, MiB", [.. contenders.Select(Memory)]);
        double[][] grown = [.. contenders.Take(2).Select(Grown)];
        Print(table, "resident memory of the manager beside its first worker, MiB", [.. grown.Select(static g => g[0])]);
        Print(table, $"the same after {Wear} replacements, MiB", [.. grown.Select(static g => g[1])]);
        Print(table, "TERM until a manager with two workers has ended, ms", Stopped(contenders));
        Print(table, "hello over FastCGI, two workers, thousand requests/s", Hello(contenders));
        (double[] up, double[] down) = Crowded(contenders);
        Print(table, $"{Crowd} workers: from nothing to all ready, ms", up);
        Print(table, $"{Crowd} workers: TERM until the manager has ended, ms", down);
        for (int i = 0; i < grown.Length; i++)
        {
            table.AtMostTimes($"{contenders[i].Name}: manager after {Wear} replacements", grown[i][1], "at first", grown[i][0], 1.3, "MiB");
        }

        table.AtMostTimes("NativeAOT: until the replacement answers", replaced[1], "CoreCLR", replaced[0], 0.3, "ms");
        table.AtMostTimes("NativeAOT: memory", memory[1], "CoreCLR", memory[0], 0.4, "MiB");
    }

    private static double[] Print(Table table, string what, double[] values)
    {
        table.Say(Line(what, values.Select(static v => v.ToString("F1", CultureInfo.InvariantCulture))));
        return values;
    }

    private static string Line(string what, IEnumerable<string> columns) => $"{what,-60}{string.Concat(columns.Select(static c => $"{c,14}"))}";

    private static double[] Replaced(Contender[] contenders)
    {
        Running[] running = [.. contenders.Select(static c => c.Start(1))];
        List<double>[] times = [.. contenders.Select(static _ => new List<double>())];
        for (int round = 0; round < Replacements; round++)
        {
            for (int i = 0; i < running.Length; i++)
            {
                times[i].Add(Replace(running[i]));
            }
        }

        Array.ForEach(running, static r => r.Dispose());
        return [.. times.Select(static t => t.Median())];
    }

    // The question comes when the killed one is dead: a worker that sleeps in accept(2) takes a connection with it.
    private static double Replace(Running running)
    {
        Thread.Sleep(30); // what the last start has left to do
        int victim = Connection.Ask(running.Port);
        int pidFd = Native.OpenPidFd(victim);
        long begin = Stopwatch.GetTimestamp();
        Native.Send(victim, Native.Kill);
        bool ended = Native.WaitForEnd(pidFd, 10_000);
        _ = Native.close(pidFd);
        using var connection = new Connection(running.Port);
        int answered = connection.Ask();
        return ended && answered != victim
            ? Stopwatch.GetElapsedTime(begin, connection.FirstByteAt).TotalMilliseconds
            : throw new InvalidOperationException($"Pid {answered} answered after {victim} was killed.");
    }

    private static double Memory(Contender contender)
    {
        using Running running = contender.Start(2);
        for (int i = 0; i < 50; i++)
        {
            _ = Connection.Ask(running.Port);
        }

        return ProcFs.Tree(running.Pid).Sum(static p => ProcFs.Memory(p).Proportional) / 1024;
    }

    private static double[] Grown(Contender contender)
    {
        using Running running = contender.Start(1);
        _ = Connection.Ask(running.Port);
        double first = ProcFs.Memory(running.Pid).Resident / 1024;
        for (int i = 2; i <= Wear + 1; i++)
        {
            Native.Send(ProcFs.Children(running.Pid).Single(), Native.Kill);
            running.WaitForLines(" is ready", i);
        }

        return [first, ProcFs.Memory(running.Pid).Resident / 1024];
    }

    private static double[] Stopped(Contender[] contenders)
    {
        List<double>[] times = [.. contenders.Select(static _ => new List<double>())];
        for (int round = 0; round < Stops; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                using Running running = contenders[i].Start(2);
                _ = Connection.Ask(running.Port);
                times[i].Add(Stop(running));
            }
        }

        return [.. times.Select(static t => t.Median())];
    }

    private static (double[] Up, double[] Down) Crowded(Contender[] contenders)
    {
        List<double>[] up = [.. contenders.Select(static _ => new List<double>())];
        List<double>[] down = [.. contenders.Select(static _ => new List<double>())];
        for (int round = 0; round < Crowds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                long begin = Stopwatch.GetTimestamp();
                using Running running = contenders[i].Start(Crowd);
                up[i].Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                down[i].Add(Stop(running));
            }
        }

        return ([.. up.Select(static t => t.Median())], [.. down.Select(static t => t.Median())]);
    }

    private static double Stop(Running running)
    {
        long begin = Stopwatch.GetTimestamp();
        _ = running.Stop();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    // Perl's answer to FastCGI is FCGI::ProcManager.
    private static double[] Hello(Contender[] contenders)
    {
        Peer?[] peers = [.. contenders.Select(static c => c.FastCgi is { } start ? Peer.Start(c.Name, start) : PerlPeer.TryStart())];
        Series[] series = [.. peers.OfType<Peer>().Select(static p => new Series(p, static (peer, time) => Asking.Many(peer.Socket, peer.Hello(keep: false), time)))];
        for (int round = -2; round < Rounds; round++)
        {
            foreach (Series one in series)
            {
                if (round < 0)
                {
                    one.WarmUp(Time * 2);
                }
                else
                {
                    one.Round(Time);
                }
            }
        }

        return [.. series.Select(static s => s.Rate / 1000)];
    }

    private sealed record Contender(string Name, Func<int, Running> Start, Func<string, Running>? FastCgi);
}
