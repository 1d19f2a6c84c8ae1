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
}
