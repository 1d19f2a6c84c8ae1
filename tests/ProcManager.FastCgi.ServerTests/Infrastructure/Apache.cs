namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Starts Apache for a site's configuration, without anything of /etc/apache2.</summary>
internal static class Apache
{
    internal static async Task<Managed> Start(Site site, int port, string[] modules, string virtualHost)
    {
        const string Folder = "/usr/lib/apache2/modules";
        string load = string.Join('\n', modules.Select(static m => $"LoadModule {m}_module {Folder}/mod_{m}.so"));
        await File.WriteAllTextAsync(site.File("site.conf"), virtualHost);
        await File.WriteAllTextAsync(site.File("apache.conf"), $"""
            ServerRoot {site.Folder}
            DefaultRuntimeDir {site.Folder}
            PidFile {site.File("apache.pid")}
            ErrorLog /dev/stderr
            LogLevel info
            ServerName localhost
            {(Environment.IsPrivilegedProcess ? "User www-data\nGroup www-data" : "")}
            LoadModule mpm_event_module {Folder}/mod_mpm_event.so
            LoadModule authn_core_module {Folder}/mod_authn_core.so
            LoadModule authz_core_module {Folder}/mod_authz_core.so
            {load}
            StartServers 1
            Listen 127.0.0.1:{port}
            DocumentRoot {site.Folder}
            Include site.conf
            """);
        return await site.StartServer(port, "apache2", "-D", "FOREGROUND", "-f", site.File("apache.conf"));
    }
}

/// <summary>Apache with mod_proxy_fcgi and the sample's own configuration.</summary>
public class ApacheSite : Site
{
    private protected virtual string Program => FastCgiPrograms.Sample;

    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        Keep(await FastCgiPrograms.OnSocket(this, Program, File("app.sock"), "--ProcessManager:ProcessCount=2"));
        await Apache.Start(this, port, ["proxy", "proxy_fcgi"], Configuration.Of("apache.conf", ("/run/fastcgiapp", Folder), ("127.0.0.1:8080", $"127.0.0.1:{port}")));
        return port;
    }
}

/// <summary>The same over TCP, with kept connections.</summary>
public class ApacheTcpSite : Site
{
    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        Managed app = Keep(await FastCgiPrograms.Start(this, FastCgiPrograms.Sample, [], "--port", "0", "--ProcessManager:ProcessCount=3"));
        string address = (await app.Log.Find("^listening (.*)$")).Groups[1].Value;
        await Apache.Start(this, port, ["proxy", "proxy_fcgi"], Configuration.Of(
            "apache.conf",
            ("unix:/run/fastcgiapp/app.sock|fcgi://fastcgiapp/", $"fcgi://{address}/"),
            ("enablereuse=off", "enablereuse=on max=2"),
            ("127.0.0.1:8080", $"127.0.0.1:{port}")));
        return port;
    }
}

/// <summary>Apache that starts the sample itself, with mod_fcgid.</summary>
public class ApacheFcgidSite : Site
{
    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        FastCgiPrograms.CopyTo(Folder, FastCgiPrograms.Sample);
        string mark = $"PROCMANAGER_TEST_RUN={Guid.NewGuid():N}";
        Mark(mark);
        string own = $"""
            FcgidIPCDir {File("fcgid")}
            FcgidProcessTableFile {File("fcgid.table")}
            FcgidInitialEnv {mark.Replace('=', ' ')}
            """;
        await Apache.Start(this, port, ["fcgid"], own + "\n" + Configuration.Of(
            "apache-fcgid.conf",
            ("/usr/share/dotnet", FastCgiPrograms.DotnetRoot),
            ("/opt/fastcgiapp/", File("program") + "/"),
            ("127.0.0.1:8080", $"127.0.0.1:{port}")));
        return port;
    }
}
