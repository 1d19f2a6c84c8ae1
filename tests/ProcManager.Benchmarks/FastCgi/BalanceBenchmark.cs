using System.Globalization;
using static ProcManager.Benchmarks.FastCgi.RawSocket;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Which worker gets the connection, when connections are kept: 40 that come one after the other and 64 that come at once, over 8 workers; and what it is worth:
/// two kept connections with a worker each, and both with one. For each way to serve; the first on both runtimes.
/// </summary>
internal static class BalanceBenchmark
{
    private const int Workers = 8;
    private const int Rounds = 9;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.3);

    internal static void Run(Table table)
    {
        string native = Programs.NativeAot("ProcManager.Benchmarks");
        foreach ((string mode, string name) in FastCgiProgram.Modes)
        {
            Print(table, name, Start(mode, Workers));
            Print(table, $"{name}, NativeAOT", Programs.On(native, () => Start(mode, Workers)));
        }

        (string Mode, string Name, Peer Two, Peer One)[] peers = [.. FastCgiProgram.Modes.Select(static m => (m.Mode, m.Name, Start(m.Mode, 2), Start(m.Mode, 1)))];
        Dictionary<string, List<double>> apart = peers.ToDictionary(static p => p.Mode, static _ => new List<double>());
        Dictionary<string, List<double>> together = peers.ToDictionary(static p => p.Mode, static _ => new List<double>());
        for (int round = -1; round < Rounds; round++)
        {
            foreach ((string mode, _, Peer two, Peer one) in peers)
            {
                double a = Asking.Kept(two, two.Hello(keep: true), Time).Rate;
                double b = Asking.Together(one.Socket, one.Hello(keep: true), Time).Rate;
                if (round >= 0) // before that: warm
                {
                    apart[mode].Add(a);
                    together[mode].Add(b);
                }
            }
        }

        foreach ((string mode, string name, _, _) in peers)
        {
            table.NoteTimes($"{name}: two kept, one a worker", Median(apart[mode]), "both on one", Median(together[mode]), "/s");
        }

        table.NoteTimes("a handler that awaits, kept", Median(apart[FastCgiProgram.Awaits]), "Accept()", Median(apart[FastCgiProgram.Accepts]), "/s");
    }

    private static Peer Start(string mode, int workers)
    {
        string socket = Path.Combine(Programs.Folder, $"balance-{Guid.NewGuid():N}.socket");
        Running program = Programs.StartFastCgi(socket, workers, mode);
        program.WaitForLine(Programs.ReadyLine(workers));
        return new Peer(mode, program, socket);
    }

    private static void Print(Table table, string name, Peer peer)
    {
        Print(table, $"{name}: 40 kept, one after the other", Counts(peer, 40, atOnce: false));
        Print(table, $"{name}: 64 kept, at once", Counts(peer, 64, atOnce: true));
        peer.Program.Dispose();
    }

    // Each connection has had one answer, and stays.
    private static int[] Counts(Peer peer, int connections, bool atOnce)
    {
        byte[] address = Address(peer.Socket);
        Question question = peer.Hello(keep: true);
        List<int> open = [];
        List<int> pids = [];
        for (int i = 0; i < connections; i++)
        {
            open.Add(Connect(address));
            Send(open[i], question.Bytes);
            if (!atOnce)
            {
                pids.Add(Answered(open[i], question));
            }
        }

        if (atOnce)
        {
            pids.AddRange(open.Select(fd => Answered(fd, question)));
        }

        open.ForEach(Close);
        Thread.Sleep(200); // until every worker has seen that they are closed
        int[] counts = [.. pids.GroupBy(static p => p).Select(static g => g.Count()).Order()];
        return [.. Enumerable.Repeat(0, Workers - counts.Length), .. counts];
    }

    private static int Answered(int fd, Question question)
    {
        byte[] buffer = new byte[4096];
        Answer answer = question.NewAnswer();
        answer.Begin([]);
        int length;
        do
        {
            length = Receive(fd, buffer);
            if (length == 0)
            {
                throw new EndOfStreamException("A kept connection was closed before its answer.");
            }
        }
        while (!answer.Take(buffer.AsSpan(0, length)));

        return answer.Pid;
    }

    private static void Print(Table table, string what, int[] counts)
    {
        double fair = counts.Sum() / (double)counts.Length;
        table.Say($"{what}: {string.Join(' ', counts.Select(static c => c.ToString(CultureInfo.InvariantCulture)))}");
        table.AtMost("  furthest from the average", counts.Max(c => Math.Abs(c - fair)) / fair * 100, 25, "%");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
