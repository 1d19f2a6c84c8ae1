using System.Reflection;

namespace ProcManager.FastCgi.AspNetCoreTests.Infrastructure;

/// <summary>Where the applications were built.</summary>
internal static class WebPrograms
{
    internal static string Sample { get; } = Path.Combine(Metadata("FastCgiWebPath"), "FastCgiWeb");

    internal static string TestApp { get; } = Path.Combine(Metadata("WebTestAppPath"), "ProcManager.FastCgi.AspNetCore.TestApp");

    private static string Metadata(string key) => typeof(WebPrograms).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == key).Value!;
}

/// <summary>nginx with a virtual host for each way to configure it, in front of the test application.</summary>
public class WebSite : Site
{
    private int _port;

    /// <summary>What the program gets beside its socket.</summary>
    protected virtual string[] Switches => ["--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.050"];

    internal Managed App { get; private set; } = null!;

    /// <summary>A body goes to the application while it arrives, and an answer to the client.</summary>
    internal HttpSite Unbuffered { get; private set; } = null!;

    internal HttpSite Kept { get; private set; } = null!;

    /// <summary>The application has part of the paths only, or gets its path in another way.</summary>
    internal HttpSite Mounts { get; private set; } = null!;

    private HttpSite At(string host) => KeepToo(new HttpSite(_port, host));

    protected override async Task<int> Start()
    {
        _port = Ports.Free();
        App = Keep(await FastCgiPrograms.OnSocket(this, WebPrograms.TestApp, File("app.sock"), Switches));
        (Unbuffered, Kept, Mounts) = (At("unbuffered"), At("kept"), At("mounts"));
        await Nginx.Start(this, _port, $$"""
            upstream app { server unix:{{File("app.sock")}}; }
            upstream kept { server unix:{{File("app.sock")}}; keepalive 4; }
            client_max_body_size 64m;
            include fastcgi_params;
            server {
                listen 127.0.0.1:{{_port}} default_server;
                location / { fastcgi_pass app; }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name unbuffered;
                fastcgi_request_buffering off;
                fastcgi_buffering off;
                location / { fastcgi_pass app; }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name kept;
                fastcgi_keep_conn on;
                location / { fastcgi_pass kept; }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name mounts;
                location /shop/ {
                    include fastcgi_params;
                    fastcgi_param PATH_BASE /shop;
                    fastcgi_param REQUEST_ID of-nginx;
                    fastcgi_pass app;
                }
                location /split/ {
                    fastcgi_split_path_info ^(/split)(/.*)$;
                    include fastcgi_params;
                    fastcgi_param PATH_INFO $fastcgi_path_info;
                    fastcgi_pass app;
                }
                location /info/ {
                    include fastcgi_params;
                    fastcgi_param SCRIPT_NAME "";
                    fastcgi_param PATH_INFO $fastcgi_script_name;
                    fastcgi_pass app;
                }
                location /uri/ {
                    include fastcgi_params;
                    fastcgi_param SCRIPT_NAME "";
                    fastcgi_param DOCUMENT_URI "";
                    fastcgi_pass app;
                }
                location /old/ {
                    rewrite ^/old/(.*)$ /seen/$1 last;
                }
                location / {
                    include fastcgi_params;
                    fastcgi_param HTTPS on;
                    fastcgi_pass app;
                }
            }
            """);
        return _port;
    }
}

/// <summary>The same with one request at a time.</summary>
public class WebSiteOneByOne : WebSite
{
    protected override string[] Switches => [.. base.Switches, "--FastCgi:MaxConcurrentRequests=1"];
}

/// <summary>One worker.</summary>
public class WebSiteOneWorker : WebSite
{
    protected override string[] Switches => ["--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00.050"];
}
