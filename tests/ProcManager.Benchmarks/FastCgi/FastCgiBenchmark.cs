namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Our responder beside FCGI::ProcManager in Perl, php-fpm and a C program on libfcgi: two workers each, all alive at the same
/// time, asked in turns by the same clients.
/// </summary>
internal static class FastCgiBenchmark
{
    private const string NewHello = "hello, new connections";
    private const string KeptHello = "hello, kept connections";
    private const string NewEcho = "echo of 64 KiB, new connections";
    private const string KeptEcho = "echo of 64 KiB, kept connections";
    private const int Rounds = 15; // many short ones: what else the machine does comes and goes

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.12);

    internal static void Run(Table table)
    {
        Peer ours = Peer.Start("ours", static socket => Programs.StartFastCgi(socket, workers: 2));
        Peer? perl = PerlPeer.TryStart();
        Peer? php = PhpPeer.TryStart();
        (Peer Responder, Peer Bare)? c = CPeer.TryStart();
        string? nginx = NginxFront.TryStart([.. new[] { ours, perl }.OfType<Peer>()]);
        foreach ((bool here, string what, string packages) in new[]
        {
            (perl is not null, "FCGI::ProcManager in Perl", PerlPeer.Packages),
            (php is not null, "php-fpm", PhpPeer.Packages),
            (c is not null, "C on libfcgi", CPeer.Packages),
            (nginx is not null, "nginx", NginxFront.Packages),
        })
        {
            if (!here)
            {
                table.Missing(what, packages);
            }
        }

        Peer?[] peers = [ours, perl, php, c?.Responder];
        Part[] parts =
        [
            new(NewHello, static (p, t) => Asking.Many(p.Socket, p.Hello(keep: false), t), [.. peers, c?.Bare]),
            new(KeptHello, static (p, t) => Asking.Kept(p, p.Hello(keep: true), t), peers),
            new(NewEcho, static (p, t) => Asking.Many(p.Socket, p.Echo(keep: false), t), peers),
            new(KeptEcho, static (p, t) => Asking.Kept(p, p.Echo(keep: true), t), peers),
            new("hello behind nginx", (p, t) => Asking.Many(nginx!, Question.Http(p == ours ? "/0" : "/1", Question.Hello), t), nginx is null ? [] : [ours, perl]),
        ];
        Array.ForEach(parts, static p => p.WarmUp(WarmUp));
        for (int round = 0; round < Rounds; round++)
        {
            Array.ForEach(parts, static p => p.Round(Time));
        }

        parts[0].Print(table, [(perl, 2.2), (php, 2.2), (c?.Responder, 0.9), (c?.Bare, null)]);
        parts[1].Print(table, [(perl, null), (php, null), (c?.Responder, null)]);
        parts[2].Print(table, [(perl, 2.5), (php, null), (c?.Responder, null)]);
        parts[3].Print(table, [(perl, null), (php, null), (c?.Responder, null)]);
        parts[4].Print(table, [(perl, 1.3)]);
        parts[0].PrintClients(table);
        RequestDetails.Print(table, [.. peers.OfType<Peer>()]);
    }
}
