using System.Globalization;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>nginx on a unix socket, as it asks FastCGI programs when nobody has changed a thing: a new connection for each request.</summary>
internal static class NginxFront
{
    internal const string Packages = "nginx-light";

    /// <summary>The socket; /0 leads to the first of these programs, /1 to the second ...</summary>
    internal static string? TryStart(params IReadOnlyList<Peer> peers)
    {
        if (Tools.Find("nginx") is not { } nginx)
        {
            return null;
        }

        string folder = Programs.Folder;
        string socket = Path.Combine(folder, "nginx.socket");
        string configuration = Path.Combine(folder, "nginx.conf");
        string temporary = string.Join('\n', new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"{name}_temp_path {folder}/nginx-{name};"));
        string parameters = string.Join('\n', new[]
        {
            "QUERY_STRING $query_string", "REQUEST_METHOD $request_method", "CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length",
            "SCRIPT_NAME /", "REQUEST_URI $request_uri", "DOCUMENT_URI $document_uri", "DOCUMENT_ROOT $document_root",
            "SERVER_PROTOCOL $server_protocol", "REQUEST_SCHEME $scheme", "GATEWAY_INTERFACE CGI/1.1", "SERVER_SOFTWARE nginx/$nginx_version",
            "REMOTE_ADDR $remote_addr", "REMOTE_PORT $remote_port", "SERVER_ADDR $server_addr", "SERVER_PORT $server_port",
            "SERVER_NAME $server_name", "REDIRECT_STATUS 200",
        }.Select(static p => $"fastcgi_param {p};"));
        string locations = string.Join('\n', peers.Select((peer, i) => string.Create(CultureInfo.InvariantCulture, $"location = /{i} {{ fastcgi_pass unix:{peer.Socket}; }}")));
        File.WriteAllText(configuration, $$"""
            daemon off;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            worker_processes 2;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events { }
            http {
                access_log off;
                keepalive_requests 1000000000;
                {{temporary}}
                server {
                    listen unix:{{socket}};
                    {{parameters}}
                    {{locations}}
                }
            }
            """);
        Running program = Programs.StartForeign(nginx, "-e", "stderr", "-c", configuration);
        program.WaitUntil(() => Peer.Listens(socket), "does not listen");
        return socket;
    }
}
