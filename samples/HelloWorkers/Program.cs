using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using ProcManager;

IConfiguration configuration = ProcessManager.CreateConfiguration(args); // appsettings.json, environment, command line
using var manager = new ProcessManager(configuration);
var endPoint = new IPEndPoint(IPAddress.Parse(configuration["address"] ?? "127.0.0.1"), configuration.GetValue("port", 8080));
using Socket listener = manager.Listen("http", endPoint); // bound once, by the manager; inherited by workers
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"http://{listener.LocalEndPoint}/");
}

manager.Manage();                                         // the manager stays in here until it is told to stop
while (manager.Accept(listener) is { } connection)        // null: time to leave
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
        while (reader.ReadLine() is { Length: > 0 }) { }      // the headers
        (string status, string body) = Answer(target);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nX-Pid: {Environment.ProcessId}\r\nConnection: close\r\n\r\n{body}"));
    }
    catch (IOException) { }                                   // the client went away; the next one is waiting
}

(string Status, string Body) Answer(string target)
{
    switch (target.Split('?')[0])
    {
        case "/": return ("200 OK", $"Hello from worker {manager.Slot}, pid {Environment.ProcessId}\n");
        case "/pid": return ("200 OK", $"{Environment.ProcessId}\n");
        case "/crash": throw new InvalidOperationException("asked to crash");
        case "/sleep" when int.TryParse(target.Split("ms=")[^1], out int ms) && ms is >= 0 and <= 600_000:
            Thread.Sleep(ms);
            return ("200 OK", $"slept {ms} ms\n");
        default: return ("404 Not Found", "Paths: / /pid /sleep?ms=N /crash\n");
    }
}
