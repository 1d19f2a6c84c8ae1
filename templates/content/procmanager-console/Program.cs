using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using ProcManager;

IConfiguration configuration = ProcessManager.CreateConfiguration(args); // appsettings.json, environment, command line

// What stands before Manage() runs in the manager and in every worker.
using var manager = new ProcessManager(configuration);
using Socket listener = manager.Listen("http", IPEndPoint.Parse(configuration["Listen"] ?? "127.0.0.1:8080")); // the manager binds, workers inherit
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"http://{listener.LocalEndPoint}/");
}

manager.Manage();                                         // the manager stays in here until it is told to stop
while (manager.Accept(listener) is { } connection)        // null: the worker is to leave
{
    manager.PreDispatch();
    using (connection)
    {
        Answer(connection);
    }

    manager.PostDispatch();
}

static void Answer(Socket connection)
{
    string text = $"Hello from pid {Environment.ProcessId}\n";
    try
    {
        connection.Receive(new byte[4096]);
        connection.Send(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"));
    }
    catch (SocketException)
    {
        // The client is gone; the next one waits.
    }
}
