using System.Net.Sockets;
using ProcManager.FastCgi.ComponentTests.Infrastructure;
using ProcManager.FastCgi.Direct;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>Clients that wait behind a long request may be gone when their turn comes. To look costs a system call a request.</summary>
[Trait("Row", "F14")]
public sealed class LongRequests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("procmanager-test-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ManualResetEventSlim _begun = new();
    private readonly ManualResetEventSlim _go = new();
    private int _ofTheGone;

    [Theory]
    [InlineData(60, 0)]
    [InlineData(0, 1)]
    public async Task A_client_that_is_gone_is_not_served_for_a_while_after_one(int seconds, int served)
    {
        string path = Path.Combine(_folder.FullName, "s");
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(64);
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        manager.ServeAlone();
        using var loop = new DirectLoop(manager, _listener, new FastCgiOptions(), null) { LookAfterLong = TimeSpan.FromSeconds(seconds) };
        Task serving = Task.Factory.StartNew(() => Serve(loop), TaskCreationOptions.LongRunning);
        using WebServer kept = new(path);
        kept.Send(Wire.Request(keep: true));
        kept.Reply();

        using WebServer slow = new(path);
        slow.Send(Wire.Request(pairs: ("HOLD", "")));
        _begun.Wait(20_000).Should().BeTrue();
        using (WebServer gone = new(path))
        {
            gone.Send(Wire.Request(pairs: ("GONE", "")));
        }

        using WebServer last = new(path);
        last.Send(Wire.Request());
        _go.Set();
        slow.Reply();
        last.Reply();

        Volatile.Read(ref _ofTheGone).Should().Be(served);
        manager.Leave();
        await serving.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Delete(recursive: true);
        _begun.Dispose();
        _go.Dispose();
    }

    private void Serve(DirectLoop loop)
    {
        while (loop.Next(CancellationToken.None) is { } request)
        {
            if (request.Parameters["HOLD"] is not null)
            {
                long begun = Environment.TickCount64;
                _begun.Set();
                _go.Wait();
                SpinWait.SpinUntil(() => Environment.TickCount64 - begun > 20); // long it is, however fast the test was
            }

            _ofTheGone += request.Parameters["GONE"] is null ? 0 : 1;
            request.Complete();
        }
    }
}
