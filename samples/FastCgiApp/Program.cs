using System.IO.Pipelines;
using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.FastCgi;

// --socket PATH or --port N; neither: the socket that a web server or spawn-fcgi left as standard input
var switches = new Dictionary<string, string> { ["--socket"] = "FastCgi:SocketPath", ["--port"] = "FastCgi:Port" };
IConfiguration configuration = ProcessManager.CreateConfiguration(args, switches);
using var manager = new ProcessManager(configuration);
using var fastCgi = new FastCgiListener(manager, configuration);
if (manager.Role != ProcessRole.Worker) Console.WriteLine($"listening {fastCgi.LocalEndPoint}");
manager.Manage();
await fastCgi.ServeAsync(Answer); // until the manager says to leave

static async Task Answer(FastCgiRequest request)
{
    FastCgiResponse response = request.Response;
    response.Headers.Add("X-Pid", $"{Environment.ProcessId}");
    response.ContentType = "text/plain";
    string path = request.ScriptName + request.PathInfo;
    string text = (path.Length > 0 ? path : request.RequestUri.Split('?')[0]) switch
    {
        "/" => $"Hello from pid {Environment.ProcessId}".PadRight(99) + "\n",
        "/env" => string.Concat(request.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}\n")),
        "/sleep" when int.TryParse(request.QueryString.Split("ms=")[^1], out int ms) && ms is >= 0 and <= 600_000 => Sleep(ms),
        "/crash" => Crash(),
        "/echo" => "",
        _ => "Paths: / /echo /sleep?ms=N /env /crash\n",
    };
    response.StatusCode = text.StartsWith("Paths", StringComparison.Ordinal) ? 404 : 200;
    if (text.Length > 0) { response.Write(text); return; }

    try
    {
        ReadResult body; // whole, before the answer begins: nginx then sends no more of it
        while (!(body = await request.Stdin.ReadAsync()).IsCompleted) request.Stdin.AdvanceTo(body.Buffer.Start, body.Buffer.End);
        response.Headers.Add("Content-Length", $"{body.Buffer.Length}");
        await response.WriteAsync(body.Buffer.First);
    }
    catch (IOException) { } // the client went away, or sent too much
}

static string Crash() { Environment.FailFast("asked to crash"); return ""; }

static string Sleep(int ms) { Thread.Sleep(ms); return $"slept {ms} ms\n"; }
