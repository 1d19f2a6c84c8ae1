namespace ProcManager.Benchmarks.FastCgi;

/// <summary>A program under measurement: two workers on a unix socket, which answer "/" and "/echo".</summary>
internal sealed class Peer(string name, Running program, string socket, string script = "/var/www/html/index")
{
    internal string Name => name;

    internal string Socket => socket;

    internal Running Program => program;

    internal double CpuSeconds => ProcFs.Tree(program.Pid).Sum(ProcFs.CpuSeconds);

    internal Question Hello(bool keep) => Question.FastCgi("/", script, keep, answer: Question.Hello);

    internal Question Echo(bool keep) => Question.FastCgi("/echo", script, keep, body: Bodies.Echo);

    internal Question ShortEcho => Question.FastCgi("/echo", script, keep: true, body: Bodies.Echo[..8]);

    internal Question Ask(string path) => Question.FastCgi(path, script, keep: true);

    /// <summary>Started, and both workers have answered.</summary>
    internal static Peer Start(string name, Func<string, Running> start, string? script = null, bool asks = true)
    {
        string socket = Path.Combine(Programs.Folder, $"{name.Replace(' ', '-')}.socket");
        Running program = start(socket);
        var peer = script is null ? new Peer(name, program, socket) : new Peer(name, program, socket, script);
        program.WaitUntil(() => Listens(socket), "does not listen");
        if (asks)
        {
            _ = Asking.Each(peer, peer.Ask("/"));
        }

        return peer;
    }

    internal static bool Listens(string socket)
    {
        int fd = RawSocket.TryConnect(RawSocket.Address(socket));
        if (fd >= 0)
        {
            RawSocket.Close(fd);
        }

        return fd >= 0;
    }

    private static class Bodies
    {
        internal static readonly byte[] Echo = Create();

        private static byte[] Create()
        {
            byte[] body = new byte[64 * 1024];
            new Random(1).NextBytes(body);
            return body;
        }
    }
}
