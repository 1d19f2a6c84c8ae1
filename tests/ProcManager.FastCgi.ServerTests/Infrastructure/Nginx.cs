namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Starts nginx for what stands in the http block of a configuration.</summary>
internal static class Nginx
{
    internal static async Task<Managed> Start(Site site, int port, string http)
    {
        // "include fastcgi_params" is looked up beside the main file.
        File.CreateSymbolicLink(site.File("fastcgi_params"), "/etc/nginx/fastcgi_params");
        Directory.CreateDirectory(site.File("tmp"));
        await File.WriteAllTextAsync(site.File("site.conf"), http);
        await File.WriteAllTextAsync(site.File("nginx.conf"), $$"""
            daemon off;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            worker_processes 1;
            pid {{site.File("nginx.pid")}};
            error_log stderr info;
            events { worker_connections 4096; }
            http {
                access_log off;
                client_body_temp_path tmp/body;
                fastcgi_temp_path tmp/fastcgi;
                proxy_temp_path tmp/proxy;
                scgi_temp_path tmp/scgi;
                uwsgi_temp_path tmp/uwsgi;
                include site.conf;
            }
            """);
        return await site.StartServer(port, "nginx", "-e", "stderr", "-p", site.Folder, "-c", "nginx.conf");
    }
}

/// <summary>nginx with the sample's own configuration in front of the sample, over a unix socket.</summary>
public class NginxSite : Site
{
    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        Keep(await FastCgiPrograms.OnSocket(this, FastCgiPrograms.Sample, File("app.sock"), "--ProcessManager:ProcessCount=2"));
        await Nginx.Start(this, port, Configuration.Of("nginx.conf", ("/run/fastcgiapp", Folder), ("127.0.0.1:8080", $"127.0.0.1:{port}")));
        return port;
    }
}

/// <summary>The same over TCP, with kept connections, and bodies passed on while they arrive.</summary>
public class NginxTcpSite : Site
{
    protected override async Task<int> Start()
    {
        int port = Ports.Free();
        Managed app = Keep(await FastCgiPrograms.Start(this, FastCgiPrograms.Sample, [], "--port", "0", "--ProcessManager:ProcessCount=3"));
        string address = (await app.Log.Find("^listening (.*)$")).Groups[1].Value;
        await Nginx.Start(this, port, Configuration.Of(
            "nginx.conf",
            ("unix:/run/fastcgiapp/app.sock", address),
            ("127.0.0.1:8080", $"127.0.0.1:{port}"),
            ("# keepalive 1;", "keepalive 1;"),
            ("# fastcgi_keep_conn", "fastcgi_keep_conn"),
            ("# fastcgi_request_buffering", "fastcgi_request_buffering"),
            ("# fastcgi_buffering", "fastcgi_buffering")));
        return port;
    }
}
