using System.Net.Sockets;
using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>Clients that go away, and applications that give up.</summary>
public abstract partial class Engines
{
    [Fact]
    public void A_callback_that_throws_when_the_client_is_gone_costs_nothing_but_a_line()
    {
        using var begun = new ManualResetEventSlim();
        using var gone = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(async request =>
        {
            if (request.Parameters["WAIT"] is not null)
            {
                using CancellationTokenRegistration first = request.RequestAborted.Register(gone.Set);
                using CancellationTokenRegistration second = request.RequestAborted.Register(static () => throw new InvalidOperationException("thrown in the callback"));
                begun.Set();
                await Task.Run(() => gone.Wait(20_000));
            }

            request.Response.Write("served");
        });
        using (WebServer server = program.Connect())
        {
            server.Send(Wire.Request(pairs: ("WAIT", "")));
            begun.Wait(20_000).Should().BeTrue();
        }

        gone.Wait(20_000).Should().BeTrue();
        program.Log.Next().Should().Contain("RequestAborted threw");
        program.Ask().Body.Should().Be("served");
    }

    [Fact]
    public async Task An_aborted_request_is_not_ended_as_a_whole_answer()
    {
        using var begun = new ManualResetEventSlim();
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using Infrastructure.Program program = Start(async request =>
        {
            using CancellationTokenRegistration registration = request.RequestAborted.Register(fired.SetResult);
            begun.Set();
            await fired.Task.WaitAsync(TimeSpan.FromSeconds(20));
            request.Response.Headers.Add("Content-Type", "application/json"); // and nothing else, as a serializer does that looks at the token
        });
        using WebServer server = program.Connect();
        server.Send(Wire.Request(4, keep: true));
        begun.Wait(20_000).Should().BeTrue();

        server.Send(Wire.Record(Wire.Abort, 4));

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(20));
        server.Reply(4).Stdout.Should().BeEmpty();
    }

    public static TheoryData<bool, string> Ends => new()
    {
        { false, "" },
        { false, "part of the body" },
        { true, "" },
        { true, "part of the body" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task The_end_of_the_connection_is_told_while_what_came_of_the_body_is_unread(bool tcp, string body)
    {
        using var begun = new ManualResetEventSlim();
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using Infrastructure.Program program = new(
            async request =>
            {
                using CancellationTokenRegistration registration = request.RequestAborted.Register(fired.SetResult);
                begun.Set();
                await fired.Task.WaitAsync(TimeSpan.FromSeconds(20));
            },
            engine,
            tcp: tcp);
        using (WebServer server = program.Connect())
        {
            server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", $"{body.Length}"))));
            begun.Wait(20_000).Should().BeTrue();
            server.Send(body.Length > 0 ? Wire.Record(Wire.Stdin, 1, System.Text.Encoding.ASCII.GetBytes(body)) : [], Wire.Record(Wire.Stdin, 1));
        }

        await fired.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void A_web_server_that_has_sent_its_last_has_not_aborted()
    {
        using var closed = new ManualResetEventSlim();
        bool aborted = false;
        using Infrastructure.Program program = Start(async request =>
        {
            CancellationToken token = request.RequestAborted;
            await Bodies.ReadAll(request.Stdin);
            closed.Wait(20_000);
            aborted = token.WaitHandle.WaitOne(200); // to see that nothing comes takes a time
            request.Response.Write("whole");
        });
        using WebServer server = program.Connect();
        server.Send(Wire.Request(body: "x"u8.ToArray()));
        server.Socket.Shutdown(SocketShutdown.Send);
        closed.Set();

        server.Reply().Body.Should().Be("whole");
        aborted.Should().BeFalse();
    }

    [Fact]
    public async Task Bytes_of_a_body_that_look_like_an_abort_are_none()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        bool aborted = false;
        using Infrastructure.Program program = Start(async request =>
        {
            CancellationToken token = request.RequestAborted;
            begun.Set();
            await Task.Run(() => go.Wait(20_000));
            byte[] body = await Bodies.ReadAll(request.Stdin);
            aborted = token.IsCancellationRequested;
            await request.Response.WriteAsync($"{body.Length}");
        });
        using WebServer server = program.Connect();
        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", "8"))), [1, 5, 0, 1, 0, 8, 0, 0]);
        begun.Wait(20_000).Should().BeTrue();
        server.Send([7, 2, 7, 7, 7, 7, 7, 7]);
        await Task.Delay(50);
        go.Set();
        server.Send(Wire.Record(Wire.Stdin, 1));

        server.Reply().Body.Should().Be("8");
        aborted.Should().BeFalse();
    }

    [Fact]
    public async Task To_give_up_ends_a_read_that_waits()
    {
        using var begun = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        FastCgiRequest? held = null;
        using Infrastructure.Program program = Start(async request =>
        {
            held = request;
            begun.Set();
            ended.SetResult(await Record.ExceptionAsync(() => Bodies.ReadAll(request.Stdin)));
        });
        using WebServer server = program.Connect();
        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", "100"))));
        begun.Wait(20_000).Should().BeTrue();

        held!.Abort();

        (await ended.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeOfType<FastCgiAbortedException>();
    }

    [Fact]
    public async Task To_give_up_ends_a_write_that_waits()
    {
        using var begun = new ManualResetEventSlim();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FastCgiRequest? held = null;
        using Infrastructure.Program program = Start(async request =>
        {
            held = request;
            begun.Set();
            await request.Response.WriteAsync(new byte[8 * 1024 * 1024]);
            ended.SetResult();
        });
        using WebServer server = program.Connect();
        server.Send(Wire.Request());
        begun.Wait(20_000).Should().BeTrue();
        SpinWait.SpinUntil(() => server.Socket.Available > 100_000, 20_000).Should().BeTrue("the answer has begun");

        held!.Abort();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_ends_a_read_or_a_write_that_waits_and_the_request_goes_on(bool read)
    {
        using var begun = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using Infrastructure.Program program = Start(async request =>
        {
            begun.Set();
            if (read)
            {
                ended.SetResult(await Record.ExceptionAsync(async () => await request.Stdin.ReadAsync(stop.Token)));
                request.Response.Write($"{(await Bodies.ReadAll(request.Stdin)).Length}");
                return;
            }

            request.Response.Headers.Add("Content-Length", "8000003");
            request.Response.Write(new byte[8_000_000]);
            ended.SetResult(await Record.ExceptionAsync(async () => await request.Response.FlushAsync(stop.Token)));
            request.Response.Write("end");
        });
        using WebServer server = program.Connect();
        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "5"))));
        begun.Wait(20_000).Should().BeTrue();
        if (!read)
        {
            SpinWait.SpinUntil(() => server.Socket.Available > 100_000, 20_000).Should().BeTrue("the answer has begun");
        }

        await stop.CancelAsync();

        (await ended.Task.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeAssignableTo<OperationCanceledException>();
        server.Send(Wire.Stream(Wire.Stdin, 1, "abcde"u8));
        Reply reply = server.Reply();
        if (read)
        {
            reply.Body.Should().Be("5");
        }
        else
        {
            reply.Body.Length.Should().Be(8_000_003);
            reply.Body.Should().EndWith("end");
        }
    }
}
