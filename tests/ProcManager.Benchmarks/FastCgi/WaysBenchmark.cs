using System.Globalization;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// What the transport, the way to serve and the runtime are worth, FastCGI, two workers: unix sockets beside TCP, a handler that awaits beside one that does not, kept connections with
/// a worker each and both with one; and a thousand clients of a program that takes 20 ms. CoreCLR and NativeAOT are asked in turns.
/// </summary>
internal static class WaysBenchmark
{
    private const int Rounds = 15;
    private const int Crowd = 1_000;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.15);
    private static readonly TimeSpan CrowdTime = TimeSpan.FromSeconds(3);

    private static readonly string[] Columns = ["unix, new", "unix, kept", "unix, 2 on 1", "TCP, new", "TCP, kept", "TCP, 2 on 1"];

    internal static void Run(Table table)
    {
        string native = Programs.NativeAot("ProcManager.Benchmarks");
        (string Name, string Program)[] runtimes = [("CoreCLR", Programs.Executable), ("NativeAOT", native)];
        Row[] rows = [.. FastCgiProgram.Modes.SelectMany(mode => runtimes.Select(r => Start(mode.Mode, $"{mode.Name}, {r.Name}", r.Program)))];
        for (int round = -1; round < Rounds; round++)
        {
            foreach (Row row in rows)
            {
                row.Ask(keep: round >= 0); // before that: warm
            }
        }

        table.Say(Line("thousand hello a second", Columns));
        foreach (Row row in rows)
        {
            table.Say(Line(row.Name, row.Rates.Select(static r => r.ToString("F1", CultureInfo.InvariantCulture))));
        }

        foreach ((string name, _) in runtimes)
        {
            Row accepts = rows.First(r => r.Name == $"Accept(), {name}");
            Row awaits = rows.First(r => r.Name == $"AcceptAsync(), {name}");
            table.AtLeastTimes($"a handler that awaits, new connections, {name}", awaits.Rates.First() * 1000, "Accept()", accepts.Rates.First() * 1000, awaits.NewAgainst(accepts), 0.95, "/s");
        }

        Array.ForEach(rows, static r => r.Stop());
        foreach ((string name, string program) in runtimes)
        {
            Flood(table, name, program);
        }
    }

    // A connection that is closed without an answer ends the benchmark.
    private static void Flood(Table table, string name, string program)
    {
        string socket = Path.Combine(Programs.Folder, $"crowd-{name}.socket");
        using Running running = Programs.On(program, () => Programs.StartFastCgi(socket, 2, FastCgiProgram.Sleeps));
        running.WaitForLine("all 2 workers are ready");
        var peer = new Peer(name, running, socket);
        Asked asked = Asking.Crowd(socket, peer.Hello(keep: false), Crowd, CrowdTime);
        table.Note($"{name}: {Crowd} clients, 20 ms a request, none lost", asked.Rate, "/s");
    }

    private static Row Start(string mode, string name, string program) => Programs.On(program, () => new Row(name,
        [.. new[] { (2, false), (1, false), (2, true), (1, true) }.Select(p => Start(mode, name, p.Item1, p.Item2))]));

    private static Peer Start(string mode, string name, int workers, bool tcp)
    {
        string socket = tcp
            ? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Programs.FreePort()}")
            : Path.Combine(Programs.Folder, string.Create(CultureInfo.InvariantCulture, $"ways-{Guid.NewGuid():N}.socket"));
        Running program = Programs.StartFastCgi(socket, workers, mode);
        program.WaitForLine(Programs.ReadyLine(workers));
        return new Peer(name, program, socket);
    }

    private static string Line(string what, IEnumerable<string> columns) => $"{what,-30}{string.Concat(columns.Select(static c => $"{c,13}"))}";

    /// <summary>One way to serve on one runtime: two workers and one, on a unix socket and on TCP.</summary>
    private sealed class Row(string name, Peer[] peers)
    {
        private readonly List<double>[] _rates = [.. Columns.Select(static _ => new List<double>())];

        internal string Name => name;

        internal IEnumerable<double> Rates => _rates.Select(static r => r.Median());

        /// <summary>New connections on a unix socket, in each round.</summary>
        internal double NewAgainst(Row other) => _rates[0].Zip(other._rates[0], static (a, b) => a / b).ToList().Median();

        internal void Ask(bool keep)
        {
            for (int transport = 0; transport < 2; transport++)
            {
                (Peer two, Peer one) = (peers[2 * transport], peers[(2 * transport) + 1]);
                Asked[] asked =
                [
                    Asking.Many(two.Socket, two.Hello(keep: false), Time),
                    Asking.Kept(two, two.Hello(keep: true), Time),
                    Asking.Together(one.Socket, one.Hello(keep: true), Time),
                ];
                for (int i = 0; keep && i < asked.Length; i++)
                {
                    _rates[(3 * transport) + i].Add(asked[i].Rate / 1000);
                }
            }
        }

        internal void Stop() => Array.ForEach(peers, static p => p.Program.Dispose());
    }
}
