using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>A host with two listeners: a loop for each, all at once, as the worker does not know to which one its connection will come.</summary>
internal sealed class TwoListeners(ProcessManager manager, string[] args, Socket http, Socket second)
{
    /// <summary>--second=PATH: a unix socket beside the first listener.</summary>
    internal static Socket? Open(ProcessManager manager, IConfiguration configuration) =>
        configuration["second"] is { } path ? manager.Listen("second", new UnixDomainSocketEndPoint(path)) : null;

    internal void Loop(string loop)
    {
        Answers first = new(manager, args) { Listener = "http" };
        Answers other = new(manager, args) { Listener = "second" };
        switch (loop)
        {
            case "both-serve":
                Task.WhenAll(manager.ServeAsync(http, c => Serve(c, first)), manager.ServeAsync(second, c => Serve(c, other))).GetAwaiter().GetResult();
                break;
            case "both-async":
                Task.WhenAll(Each(http, first), Each(second, other)).GetAwaiter().GetResult();
                break;
            default: // both-threads
                var thread = new Thread(() => EachWithAThread(second, other));
                thread.Start();
                EachWithAThread(http, first);
                thread.Join();
                break;
        }
    }

    private async Task Serve(Socket connection, Answers answers)
    {
        await Task.Yield();
        Connection.Serve(connection, answers, manager, keep: false);
    }

    private async Task Each(Socket listener, Answers answers)
    {
        while (await manager.AcceptAsync(listener) is { } connection)
        {
            using (manager.BeginRequest())
            {
                await Serve(connection, answers);
            }
        }
    }

    private void EachWithAThread(Socket listener, Answers answers)
    {
        while (manager.Accept(listener) is { } connection)
        {
            using (manager.BeginRequest())
            {
                Connection.Serve(connection, answers, manager, keep: false);
            }
        }
    }
}
