using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using ProcManager;
using ProcManager.Services;

IConfiguration configuration = ProcessManager.CreateConfiguration(args);
using var manager = new ProcessManager(configuration);
using Socket listener = manager.Listen("http", new IPEndPoint(IPAddress.Loopback, configuration.GetValue("port", 8080)));
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"http://{listener.LocalEndPoint}/");
}

// A cache of the pool's own: up before the first worker, started again when it dies, stopped after the last worker.
var cache = new ServiceDefinition { Name = "cache", Kind = ServiceKind.Foreground, Start = new("redis-server", "--port", "0", "--unixsocket", configuration["cache"] ?? "/tmp/sidecars.sock", "--save", "") };
cache.Checks.Add(new UnixSocketCheck { Path = configuration["cache"] ?? "/tmp/sidecars.sock" });
var options = new ServiceKeeperOptions { Folder = configuration["keeper"] };
options.Services.Add(cache);
manager.Keep(options);

manager.Manage();
while (manager.Accept(listener) is { } connection)
{
    manager.PreDispatch();
    using (connection)
    {
        connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nHello\n"u8);
    }

    manager.PostDispatch();
}
