namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>HAProxy with the sample's own configuration.</summary>
public class HaProxySite : Site
{
    private protected virtual string Program => FastCgiPrograms.Sample;

    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        Keep(await FastCgiPrograms.OnSocket(this, Program, File("app.sock"), "--ProcessManager:ProcessCount=2"));
        await StartHaProxy(this, port, Configuration.Of("haproxy.cfg", ("/run/fastcgiapp", Folder), ("127.0.0.1:8080", $"127.0.0.1:{port}")));
        return port;
    }

    internal static async Task<Managed> StartHaProxy(Site site, int port, string configuration)
    {
        await System.IO.File.WriteAllTextAsync(site.File("haproxy.cfg"), configuration);
        return await site.StartServer(port, "haproxy", "-db", "-f", site.File("haproxy.cfg"));
    }
}

/// <summary>The same with many requests at once on few connections, and a program that takes them.</summary>
public class HaProxyMultiplexSite : Site
{
    internal Managed App { get; private set; } = null!;

    internal Relay Relay { get; private set; } = null!;

    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        App = Keep(await FastCgiPrograms.OnSocket(this, FastCgiPrograms.TestApp, File("app.sock"), "--ProcessManager:ProcessCount=2", "--FastCgi:MaxConcurrentRequests=32", "--FastCgi:Multiplex=true", "--ProcessManager:CanaryTime=00:00:00.050"));
        Relay = KeepToo(new Relay(File("relay.sock"), File("app.sock")));
        await HaProxySite.StartHaProxy(this, port, Configuration.Of(
            "haproxy.cfg",
            ("/run/fastcgiapp/app.sock", File("relay.sock")),
            ("maxconn 256", "maxconn 256\n    log stdout format raw local0"), // a line for each request, with how it ended
            ("mode http\n", "mode http\n    log global\n    option httplog\n"),
            ("127.0.0.1:8080", $"127.0.0.1:{port}"),
            ("# retry-on", "retry-on"),
            ("# http-request", "http-request"),
            ("# http-reuse", "http-reuse"),
            ("no option keep-conn ", "# no option keep-conn"),
            ("# option keep-conn", "option keep-conn"),
            ("# option get-values", "option get-values"),
            ("# option mpxs-conns", "option mpxs-conns"),
            ("# option max-reqs", "option max-reqs")));
        return port;
    }

    /// <summary>
    /// All of them at once; most of each body comes when every request has begun. HAProxy before 3.4 answers 500 by itself (IH-- in its
    /// log) to a request that begins while bodies of others fill the buffer of its connection: https://github.com/haproxy/haproxy/issues/3346
    /// </summary>
    internal async Task<Reply[]> Post(string path, byte[][] bodies)
    {
        const int First = 20_000; // HAProxy begins a request when it has the whole body, or 16 KiB
        long taken = Taken();
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var replies = new List<Task<Reply>>();
        foreach (byte[] body in bodies)
        {
            replies.Add(Http.Post(path, body, Math.Min(First, body.Length), rest.Task));
            taken += Math.Min(First, body.Length);
            await Until.True(() => Taken() == taken, "the program has what was sent");
        }

        rest.SetResult();
        return await Task.WhenAll(replies);
    }

    private long Taken() => Relay.Connections.Sum(static c => c.BodyBytes);
}
