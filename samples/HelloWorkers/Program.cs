using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using ProcManager;

IConfiguration configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
using var manager = new ProcessManager(configuration);
var endPoint = new IPEndPoint(IPAddress.Loopback, configuration.GetValue("port", 8080));
using Socket listener = manager.Listen("http", endPoint); // bound once, by the manager; inherited by workers
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"http://{listener.LocalEndPoint}/");
}

manager.Manage(); // the manager stays in here until it is told to stop

while (manager.Accept(listener) is { } connection) // null: time to leave
{
    manager.PreDispatch();
    Serve(connection);
    manager.PostDispatch();
}

return 0;

void Serve(Socket connection)
{
    try
    {
        connection.ReceiveTimeout = 10_000;
        using var stream = new NetworkStream(connection, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        string target = reader.ReadLine()?.Split(' ') is [_, var t, ..] ? t : "";
        while (reader.ReadLine() is { Length: > 0 })
        {
        }

        (string status, string body) = Answer(target);
        string head = $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nX-Pid: {Environment.ProcessId}\r\nConnection: close\r\n\r\n";
        stream.Write(Encoding.ASCII.GetBytes(head + body));
    }
    catch (IOException) { /* the client went away; the next one is waiting */ }
}

(string Status, string Body) Answer(string target)
{
    switch (target.Split('?')[0])
    {
        case "/": return ("200 OK", $"Hello from worker {manager.Slot}, pid {Environment.ProcessId}\n");
        case "/pid": return ("200 OK", $"{Environment.ProcessId}\n");
        case "/crash": Environment.FailFast("asked to crash"); goto default;
        case "/sleep" when int.TryParse(target.Split("ms=")[^1], CultureInfo.InvariantCulture, out int ms) && ms is >= 0 and <= 600_000:
            Thread.Sleep(ms);
            return ("200 OK", $"slept {ms} ms\n");
        default: return ("404 Not Found", "Paths: / /pid /sleep?ms=N /crash\n");
    }
}
