using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>Small things that every engine has to have right.</summary>
public abstract partial class Engines
{
    [Fact]
    public void A_thousand_equal_headers_are_joined_in_no_time_to_speak_of()
    {
        using Infrastructure.Program program = Start(static request =>
        {
            request.Response.Write($"{request.Parameters["HTTP_X"]!.Length}");
            return Task.CompletedTask;
        });
        string value = new('v', 900);
        GC.Collect();
        long before = GC.GetTotalAllocatedBytes();

        program.Ask(null, [.. Enumerable.Repeat(("HTTP_X", value), 1000)]).Body.Should().Be($"{(1000 * 902) - 2}");

        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(100_000_000, "each copy of all would make it 450 MB");
    }

    [Fact]
    public void Of_two_hosts_the_last_one_counts()
    {
        using Infrastructure.Program program = Names();

        program.Ask(null, ("HTTP_HOST", "first"), ("HTTP_HOST", "last:8080")).Body.Should().Contain("HTTP_HOST=last:8080\n");
    }

    [Fact]
    public async Task A_token_that_fires_before_the_first_wait_ends_it()
    {
        using var folder = new TempSocket();
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        var options = new FastCgiOptions { SocketPath = folder.Path };
        engine(options);
        using var listener = new FastCgiListener(manager, options);
        manager.ServeAlone();
        using var stop = new CancellationTokenSource();
        Task<FastCgiRequest?> waiting = Task.Run(async () => await listener.AcceptAsync(stop.Token));

        await stop.CancelAsync(); // before, while, or after it enters the gate

        await waiting.Awaiting(static w => w.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_neighbour_on_the_connection_does_not_lengthen_the_time_of_a_body()
    {
        using Infrastructure.Program program = Echo(static o => o.BodyTimeout = TimeSpan.FromMilliseconds(500));
        using WebServer server = program.Connect();
        server.Send(Wire.BeginRequest(1, keep: true), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", "100"))));
        using var answered = new CancellationTokenSource();
        Task neighbour = Task.Run(async () =>
        {
            while (!answered.IsCancellationRequested)
            {
                server.Send(Wire.Record(55, 2, "?"u8)); // passed over, but it has come
                await Task.Delay(50);
            }
        });

        server.Reply(1).Head.Should().StartWith("Status: 408 ");

        await answered.CancelAsync();
        await neighbour;
    }

    [Fact]
    public void A_request_whose_client_has_gone_while_it_waited_is_not_served()
    {
        using var begun = new CountdownEvent(1);
        using var go = new ManualResetEventSlim();
        int served = 0;
        using Infrastructure.Program program = Start(
            async request =>
            {
                if (request.Parameters["HOLD"] is not null)
                {
                    begun.Signal();
                    await Task.Run(() => go.Wait(20_000));
                    await Task.Delay(20);
                }
                else if (request.Parameters["GONE"] is not null)
                {
                    Interlocked.Increment(ref served);
                }

                request.Response.Write("done");
            },
            static o => o.MaxConcurrentRequests = o.MaxConcurrentRequests == 1 ? 1 : 2);
        int holds = program.Listener.Options.MaxConcurrentRequests;
        begun.Reset(holds);
        WebServer[] held = [.. Enumerable.Range(0, holds).Select(_ => program.Connect())];
        foreach (WebServer server in held)
        {
            server.Send(Wire.Request(pairs: ("HOLD", "")));
        }

        begun.Wait(20_000).Should().BeTrue();
        for (int i = 0; i < 5; i++)
        {
            using WebServer gone = program.Connect();
            gone.Send(Wire.Request(pairs: ("GONE", "")));
        }

        go.Set();
        foreach (WebServer server in held)
        {
            server.Reply().Body.Should().Be("done");
            server.Dispose();
        }

        program.Ask().Body.Should().Be("done");
        served.Should().Be(0);
    }

    [Fact]
    public void Over_TCP_the_end_of_an_answer_does_not_wait_for_an_acknowledgement()
    {
        using Infrastructure.Program program = new(static _ => Task.CompletedTask, engine, tcp: true);
        program.Ask();

        var socket = (System.Net.Sockets.Socket)typeof(FastCgiListener).GetField("_socket", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(program.Listener)!;

        socket.NoDelay.Should().BeTrue("accepted connections inherit it on Linux");
    }

    private sealed class TempSocket : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("procmanager-test-");

        internal string Path => System.IO.Path.Combine(_folder.FullName, "s");

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
