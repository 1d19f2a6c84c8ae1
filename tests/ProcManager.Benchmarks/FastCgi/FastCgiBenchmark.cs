namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Requests per second of our responder and of its peers, two workers each, asked in turns by the same clients.
/// </summary>
internal static class FastCgiBenchmark
{
    private const int Rounds = 5;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.2);

    internal static void Run(Table table)
    {
        Peer? ours = null;
        Peer? perl = PerlPeer.TryStart();
        Peer? php = PhpPeer.TryStart();
        (Peer Responder, Peer Bare)? c = CPeer.TryStart();
        Peer[] peers = [.. new[] { ours, perl, php, c?.Responder }.OfType<Peer>()];
        (string Name, Series[] Series)[] parts =
        [
            ("hello, new connections", [.. peers.Append(c?.Bare).OfType<Peer>().Select(static p => new Series(p, static (p, t) => Asking.Many(p.Socket, p.Hello(keep: false), t)))]),
            ("hello, kept connections", [.. peers.Select(static p => new Series(p, static (p, t) => Asking.Kept(p.Socket, p.Hello(keep: true), t)))]),
            ("echo of 64 KiB, new connections", [.. peers.Select(static p => new Series(p, static (p, t) => Asking.Many(p.Socket, p.Echo(keep: false), t)))]),
            ("echo of 64 KiB, kept connections", [.. peers.Select(static p => new Series(p, static (p, t) => Asking.Kept(p.Socket, p.Echo(keep: true), t)))]),
        ];
        foreach (var s in parts.SelectMany(static p => p.Series)) s.WarmUp(Time);
        for (int i = 0; i < Rounds; i++)
        foreach (var s in parts.SelectMany(static p => p.Series)) s.Round(Time);
        foreach (var p in parts) foreach (var s in p.Series)
            Console.WriteLine($"{p.Name} {s.Name} {s.Rate:F0}/s cpu {s.Cpu:F1} client {s.ClientCpu:F1} share {s.ClientShare:F2}");
        foreach (var p in peers) Console.WriteLine($"{p.Name} {SystemCalls.TryCount(p)}");
    }
}
