using System.Net;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>
/// nginx in front of TestApp, with a virtual host for each way to configure it; a relay notes what goes over kept connections.
/// </summary>
public class NginxScenarios : Site
{
    private int _port;

    /// <summary>What the program gets beside its socket.</summary>
    protected virtual string[] Switches => ["--ProcessManager:ProcessCount=3", "--ProcessManager:CanaryTime=00:00:00.050"];

    internal Managed App { get; private set; } = null!;

    internal Managed Server { get; private set; } = null!;

    internal Relay Relay { get; private set; } = null!;

    /// <summary>A body goes to the program while it arrives, and an answer to the client.</summary>
    internal HttpSite Unbuffered { get; private set; } = null!;

    /// <summary>Connections to the program are kept, through the relay.</summary>
    internal HttpSite Kept { get; private set; } = null!;

    /// <summary>Connections are kept, without anything in between.</summary>
    internal HttpSite KeptDirectly { get; private set; } = null!;

    /// <summary>A path is divided at the first name that ends with .cgi.</summary>
    internal HttpSite Split { get; private set; } = null!;

    /// <summary>An answer that comes with a certain complaint is not taken; the next server is asked.</summary>
    internal HttpSite Catching { get; private set; } = null!;

    /// <summary>As <see cref="Unbuffered"/>, over HTTP/2 without TLS: bodies need no length.</summary>
    internal HttpSite Http2 { get; private set; } = null!;

    internal HttpSite LargeHeads { get; private set; } = null!;

    private HttpSite At(string host) => KeepToo(new HttpSite(_port, host));

    protected override async Task<int> Start()
    {
        _port = Ports.Free();
        int port2 = Ports.Free();
        App = Keep(await FastCgiPrograms.OnSocket(this, FastCgiPrograms.TestApp, File("app.sock"), Switches));
        Relay = KeepToo(new Relay(File("relay.sock"), File("app.sock")));
        (Unbuffered, Kept, KeptDirectly, Split, Catching, LargeHeads) = (At("unbuffered"), At("kept"), At("keptdirectly"), At("split"), At("catching"), At("large"));
        Http2 = KeepToo(new HttpSite(port2, version: HttpVersion.Version20));
        Server = await Nginx.Start(this, _port, $$"""
            upstream app { server unix:{{File("app.sock")}}; }
            upstream kept { server unix:{{File("relay.sock")}}; keepalive 2; }
            upstream keptdirectly { server unix:{{File("app.sock")}}; keepalive 2; }
            upstream twice { server unix:{{File("app.sock")}}; server unix:{{File("app.sock")}}; }
            client_max_body_size 64m;
            large_client_header_buffers 8 64k;
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
                listen 127.0.0.1:{{port2}} http2;
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
                server_name keptdirectly;
                fastcgi_keep_conn on;
                location / { fastcgi_pass keptdirectly; }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name split;
                location ~ ^(.+?\.cgi)(/.*)?$ {
                    fastcgi_split_path_info ^(.+?\.cgi)(/.*)?$;
                    include fastcgi_params;
                    fastcgi_param PATH_INFO $fastcgi_path_info;
                    fastcgi_pass app;
                }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name catching;
                fastcgi_catch_stderr "SAMPLE ERROR";
                fastcgi_next_upstream error invalid_header;
                location / { fastcgi_pass twice; }
            }
            server {
                listen 127.0.0.1:{{_port}};
                server_name large;
                fastcgi_buffer_size 128k;
                fastcgi_buffers 8 128k;
                fastcgi_busy_buffers_size 256k;
                location / { fastcgi_pass app; }
            }
            """);
        return _port;
    }
}

/// <summary>The same in front of workers that serve several requests at once.</summary>
public class NginxManyAtOnce : NginxScenarios
{
    protected override string[] Switches => [.. base.Switches, "--FastCgi:MaxConcurrentRequests=8"];
}
