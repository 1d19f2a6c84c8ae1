using System.Collections.Concurrent;
using System.Net.Sockets;
using ProcManager.FastCgi.Async;
using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>A worker that serves as many requests as it may takes no connection that another one could take.</summary>
[Trait("Row", "A4.1")]
public sealed class FullWorkers : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("procmanager-test-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<(int Worker, FastCgiRequest Request)> _held = new();
    private readonly List<(ProcessManager Manager, AsyncEngine Engine, Task Loop)> _workers = [];

    public FullWorkers()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen(64);
    }

    private string Address => Path.Combine(_folder.FullName, "s");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Four_requests_go_to_two_workers_with_two_places_each(bool multiplex)
    {
        Work(multiplex);
        Work(multiplex);
        for (int round = 0; round < 10; round++)
        {
            WebServer[] servers = [.. Enumerable.Range(0, 4).Select(_ => new WebServer(Address))];
            Array.ForEach(servers, static s => s.Send(Wire.Request()));
            SpinWait.SpinUntil(() => _held.Count == 4, TimeSpan.FromSeconds(20)).Should().BeTrue();

            _held.GroupBy(static h => h.Worker).Select(static g => g.Count()).Should().Equal(2, 2);
            CompleteAll();
            Array.ForEach(servers, static s =>
            {
                s.Reply();
                s.ShouldBeClosed();
            });
            Array.ForEach(servers, static s => s.Dispose());
        }
    }

    [Fact]
    public void Requests_on_kept_connections_take_places_too()
    {
        Work(multiplex: false);
        using WebServer first = new(Address);
        using WebServer second = new(Address);
        foreach (WebServer server in new[] { first, second })
        {
            server.Send(Wire.Request(keep: true));
            SpinWait.SpinUntil(() => !_held.IsEmpty, TimeSpan.FromSeconds(20)).Should().BeTrue();
            CompleteAll();
            server.Reply();
        }

        first.Send(Wire.Request(keep: true));
        second.Send(Wire.Request(keep: true));
        SpinWait.SpinUntil(() => _held.Count == 2, TimeSpan.FromSeconds(20)).Should().BeTrue();
        Work(multiplex: false);
        using WebServer third = new(Address);
        third.Send(Wire.Request());
        SpinWait.SpinUntil(() => _held.Count == 3, TimeSpan.FromSeconds(20)).Should().BeTrue();

        _held.Last().Worker.Should().Be(1, "the other one is full");
        CompleteAll();
    }

    [Fact]
    public void Silent_connections_keep_no_place()
    {
        Work(multiplex: false, patient: false);
        WebServer[] silent = [.. Enumerable.Range(0, 5).Select(_ => new WebServer(Address))];
        using WebServer server = new(Address);
        server.Send(Wire.Request());

        SpinWait.SpinUntil(() => !_held.IsEmpty, TimeSpan.FromSeconds(20)).Should().BeTrue();

        CompleteAll();
        server.Reply();
        server.ShouldBeClosed();
        Array.ForEach(silent, static s => s.Dispose());
    }

    public void Dispose()
    {
        foreach ((ProcessManager manager, AsyncEngine engine, Task loop) in _workers)
        {
            manager.Leave();
            loop.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
            engine.Dispose();
            manager.Dispose();
        }

        _listener.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Work(bool multiplex, bool patient = true)
    {
        int number = _workers.Count;
        var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        manager.ServeAlone();
        var engine = new AsyncEngine(manager, _listener, new FastCgiOptions { MaxConcurrentRequests = 2, Multiplex = multiplex }, null) { Patience = TimeSpan.FromMilliseconds(patient ? 60_000 : 2) };
        Task loop = Task.Run(async () =>
        {
            while (await engine.AcceptAsync(CancellationToken.None) is { } request)
            {
                _held.Enqueue((number, request));
            }
        });
        _workers.Add((manager, engine, loop));
    }

    private void CompleteAll()
    {
        while (_held.TryDequeue(out (int Worker, FastCgiRequest Request) held))
        {
            held.Request.Complete();
        }
    }
}
