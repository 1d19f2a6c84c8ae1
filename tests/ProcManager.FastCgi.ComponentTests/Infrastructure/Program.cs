using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace ProcManager.FastCgi.ComponentTests.Infrastructure;

/// <summary>A FastCGI program in this process: one plain process, its loop on a thread of its own.</summary>
internal sealed class Program : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("procmanager-test-");
    private readonly ProcessManager _manager;
    private readonly FastCgiListener _listener;
    private readonly Task _loop;

    internal Program(Func<FastCgiRequest, Task> answer, Action<FastCgiOptions>? configure = null, bool viaPool = false, bool tcp = false)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "s");
        FastCgiOptions options = tcp ? new() { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) } : new() { SocketPath = Path };
        configure?.Invoke(options);
        _manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 }, Log);
        _listener = new FastCgiListener(_manager, options);
        _manager.ServeAlone();
        bool many = options.MaxConcurrentRequests > 1;
        _loop = viaPool || many
            ? Task.Run(() => LoopAsync(answer, many))
            : Task.Factory.StartNew(() => LoopAsync(answer, many).GetAwaiter().GetResult(), TaskCreationOptions.LongRunning);
    }

    internal string Path { get; }

    internal Lines Log { get; } = new();

    internal ProcessManager Manager => _manager;

    internal FastCgiListener Listener => _listener;

    internal static Program Hello(Action<FastCgiOptions>? configure = null) => new(
        static request =>
        {
            request.Response.ContentType = "text/plain";
            request.Response.Write("hello");
            return Task.CompletedTask;
        },
        configure);

    internal WebServer Connect() => new(_listener.LocalEndPoint!);

    /// <summary>A good request on a new connection is served.</summary>
    internal Reply Ask(byte[]? body = null, params (string Name, string Value)[] pairs)
    {
        using WebServer server = Connect();
        server.Send(Wire.Request(body: body, pairs: pairs));
        Reply reply = server.Reply();
        server.ShouldBeClosed();
        return reply;
    }

    /// <summary>The loop has come to its end, within a time.</summary>
    internal void Leave()
    {
        _manager.Leave();
        _loop.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue("the loop ends when the worker is to leave");
    }

    public void Dispose()
    {
        Leave();
        _listener.Dispose();
        _manager.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task LoopAsync(Func<FastCgiRequest, Task> answer, bool many)
    {
        while (await _listener.AcceptAsync() is { } request)
        {
            Task one = AnswerAsync(answer, request);
            if (!many)
            {
                await one;
            }
        }
    }

    private static async Task AnswerAsync(Func<FastCgiRequest, Task> answer, FastCgiRequest request)
    {
        await using (request)
        {
            try
            {
                await answer(request);
                await request.CompleteAsync();
            }
            catch (IOException)
            {
                // as a program does: the client is gone, or broke a limit
            }
        }
    }
}

/// <summary>What the library has logged.</summary>
internal sealed class Lines : ILogger
{
    private readonly BlockingCollection<string> _lines = [];

    internal string Next() => _lines.TryTake(out string? line, 20_000) ? line : throw new TimeoutException("No line came.");

    internal bool Any => _lines.Count > 0;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Add(formatter(state, exception));
        }
    }
}
