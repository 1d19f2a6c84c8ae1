using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>The request loops that a host may write.</summary>
internal sealed class Server(ProcessManager manager, IConfiguration configuration, string[] args)
{
    private readonly Answers _answers = new(manager, args);

    internal void Loop(string loop, Socket? listener, Socket? second = null)
    {
        switch (loop)
        {
            case "sync":
                Sync(listener!);
                break;
            case "async":
                AsyncLoop(listener!).GetAwaiter().GetResult();
                break;
            case "concurrent":
                Concurrent(listener!).GetAwaiter().GetResult();
                break;
            case "serve":
                manager.ServeAsync(listener!, ServeOneAsync, int.Parse(configuration["most"] ?? "64")).GetAwaiter().GetResult();
                Console.WriteLine($"the loop of {manager.Slot} has ended");
                break;
            case "stopping":
                UntilStoppingAsync(listener!, manager.Stopping).GetAwaiter().GetResult();
                break;
            case "stopping-blocks":
                manager.Ready();
                manager.Stopping.WaitHandle.WaitOne();
                break;
            case "thief":
                new Thief(manager, listener!, configuration["thief-file"]!).Run(() => Sync(listener!));
                break;
            case "both-serve" or "both-async" or "both-threads":
                new TwoListeners(manager, args, listener!, second!).Loop(loop);
                break;
            case "own":
                Own();
                break;
            case "compiled":
                new CompiledMethods(manager).Serve(listener!);
                break;
            case "dispatched":
                Sync(manager.Accept);
                break;
            case "dispatched-async":
                Sync(() => manager.AcceptAsync().AsTask().GetAwaiter().GetResult());
                break;
            case "returns": // a program that ends behind its first request, without asking for another one
                Connection.Serve(manager.Accept(listener!)!, _answers, manager, keep: false);
                break;
            default:
                break; // none: comes back at once
        }
    }

    /// <summary>A wait of the host's own, ended by the token.</summary>
    internal async Task UntilStoppingAsync(Socket listener, CancellationToken stopping)
    {
        manager.Ready();
        try
        {
            while (true)
            {
                Socket connection = await listener.AcceptAsync(stopping);
                using (manager.BeginRequest("GET", connection.RemoteEndPoint?.ToString()))
                {
                    Connection.Serve(connection, _answers, manager, keep: false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"stopping fired in {manager.Slot}");
        }
    }

    private void Sync(Socket listener) => Sync(() => manager.Accept(listener));

    private void Sync(Func<Socket?> accept)
    {
        bool keep = configuration["keep"] == "yes";
        while (accept() is { } connection)
        {
            if (configuration["limit"] is { } limit)
            {
                WithLimit(connection, limit == "max" ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(int.Parse(limit)));
                continue;
            }

            manager.PreDispatch();
            Connection.Serve(connection, _answers, manager, keep, describe: true);
            manager.PostDispatch();
        }
    }

    private void WithLimit(Socket connection, TimeSpan limit)
    {
        switch (configuration["limit-form"])
        {
            case "scope":
                RequestScope scope = manager.BeginRequest("limited", null, limit);
                Connection.Serve(connection, _answers, manager, keep: false, scope);
                return;
            case "text":
                manager.PreDispatch("limited", null, limit);
                Connection.Serve(connection, _answers, manager, keep: false);
                break;
            default:
                manager.PreDispatch(limit);
                Connection.Serve(connection, _answers, manager, keep: false, describe: true);
                break;
        }

        manager.PostDispatch();
    }

    private async Task AsyncLoop(Socket listener)
    {
        while (await manager.AcceptAsync(listener) is { } connection)
        {
            manager.PreDispatch();
            Connection.Serve(connection, _answers, manager, keep: false, describe: true);
            manager.PostDispatch();
        }
    }

    private async Task ServeOneAsync(Socket connection)
    {
        await Task.Yield();
        if (configuration["fail"] == "yes")
        {
            throw new InvalidOperationException("this handler fails");
        }

        Connection.Serve(connection, _answers, manager, keep: false);
    }

    // Many kept connections at once; each request is one of several of this worker.
    private async Task Concurrent(Socket listener)
    {
        while (await manager.AcceptAsync(listener) is { } connection)
        {
            RequestScope first = manager.BeginRequest("connection", connection.RemoteEndPoint?.ToString());
            bool texts = configuration["texts"] == "yes";
            new Thread(() => Connection.Serve(connection, _answers, manager, keep: true, first, texts: texts)) { IsBackground = true }.Start();
        }
    }

    // A wait that the library knows nothing of: a socket of the worker's own, and a blocking accept.
    private void Own()
    {
        string path = configuration["own-folder"] + $"/own-{manager.Slot}.sock";
        File.Delete(path);
        using var mine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        mine.Bind(new UnixDomainSocketEndPoint(path));
        mine.Listen();
        Console.WriteLine($"own wait {manager.Slot}");
        while (true)
        {
            Socket connection = mine.Accept();
            manager.PreDispatch();
            Connection.Serve(connection, _answers, manager, keep: false, describe: true);
            manager.PostDispatch();
        }
    }
}
