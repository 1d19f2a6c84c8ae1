using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.Diagnostics;

// Workers that misbehave when asked; give it the limits that you want to see at work: --ProcessManager:MaxRequests=100
IConfiguration configuration = ProcessManager.CreateConfiguration(args);
using var manager = new ProcessManager(configuration);
manager.UseCapture(new StackCapture()); // where a hung worker hangs, method by method
var leaked = new List<byte[]>();
using Socket listener = manager.Listen("http", new IPEndPoint(IPAddress.Loopback, configuration.GetValue("port", 8080)));
if (manager.Role != ProcessRole.Worker) Console.WriteLine($"http://{listener.LocalEndPoint}/");
manager.Manage();
while (manager.Accept(listener) is { } connection)            // null: time to leave
{
    manager.PreDispatch();
    using (connection) { Serve(connection); }
    manager.PostDispatch();
}

void Serve(Socket connection)
{
    try
    {
        using var stream = new NetworkStream(connection, ownsSocket: true) { ReadTimeout = 10_000 };
        using var reader = new StreamReader(stream);
        string target = reader.ReadLine()?.Split(' ') is [_, var t, ..] ? t : "";
        while (reader.ReadLine() is { Length: > 0 }) { }          // the headers
        manager.Describe($"GET {target}", connection.RemoteEndPoint?.ToString()); // for the watchdog's line
        string? text = Answer(target);
        string body = text ?? "Paths: / /pid /sleep?ms=N /crash /leak?mb=N /garbage?mb=N /spin?ms=N /hang /deadlock /exit?code=N\n";
        stream.Write(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {(text is null ? "404 Not Found" : "200 OK")}\r\n" +
            $"Content-Length: {body.Length}\r\nX-Pid: {Environment.ProcessId}\r\nConnection: close\r\n\r\n{body}"));
    }
    catch (IOException) { }                                       // the client went away; the next one is waiting
}

string? Answer(string target)
{
    int n = target.Split('=') is [_, var digits] && int.TryParse(digits, out int number) ? number : -1;
    switch (target.Split('=')[0])
    {
        case "/": return $"Hello from worker {manager.Slot}, pid {Environment.ProcessId}\n";
        case "/pid": return $"{Environment.ProcessId}\n";
        case "/sleep?ms" when n is >= 0 and <= 600_000: Thread.Sleep(n); return $"slept {n} ms\n";
        case "/crash": throw new InvalidOperationException("asked to crash");
        case "/leak?mb" when n is >= 0 and <= 4096: leaked.AddRange(Allocate(n)); return $"keeps {leaked.Count} MiB\n";
        case "/garbage?mb" when n is >= 0 and <= 4096: return $"dropped {Allocate(n).Count} MiB\n";
        case "/spin?ms" when n is >= 0 and <= 600_000: for (long end = Environment.TickCount64 + n; Environment.TickCount64 < end;) { } return $"spun {n} ms\n";
        case "/hang": Thread.Sleep(Timeout.Infinite); return null;
        case "/deadlock": Deadlock(); return null;
        case "/exit?code" when n is >= 0 and <= 255: Environment.Exit(n); return null;
        default: return null;
    }
}

// Blocks of 1 MiB, written to, for only then does the kernel give pages. All are alive until the last one is there: a later collection frees them.
static List<byte[]> Allocate(int megabytes) => Enumerable.Range(0, megabytes).Select(static _ => Enumerable.Repeat((byte)1, 1 << 20).ToArray()).ToList();

static void Deadlock()
{
    object left = new(), right = new();
    using var both = new Barrier(2);
    new Thread(() => Take(right, left)) { Name = "right, then left", IsBackground = true }.Start();
    Take(left, right);
    void Take(object first, object second) { lock (first) { both.SignalAndWait(); lock (second) { } } }
}
