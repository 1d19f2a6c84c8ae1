using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>What has to be so in every engine: one request at a time, many at once, several on one connection.</summary>
[Trait("Row", "A4.1")]
public abstract partial class Engines(Action<FastCgiOptions> engine)
{
    private Infrastructure.Program Start(Func<FastCgiRequest, Task> answer, Action<FastCgiOptions>? more = null) => new(answer, engine + more);

    private Infrastructure.Program Echo(Action<FastCgiOptions>? more = null) => Start(
        static async request =>
        {
            byte[] body = await Bodies.ReadAll(request.Stdin);
            request.Response.Headers.Add("Content-Length", $"{body.Length}");
            await request.Response.WriteAsync(body);
        },
        more);

    private Infrastructure.Program Names() => Start(static request =>
    {
        request.Response.Write(string.Concat(request.Parameters.Select(static p => $"{p.Key}={p.Value}\n")));
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(65535)]
    [InlineData(100_000)]
    public void Lengths_of_values_at_their_boundaries(int length)
    {
        using Infrastructure.Program program = Names();

        program.Ask(null, ("X", new string('v', length))).Body.Should().Contain($"X={new string('v', length)}\n");
        program.Ask(null, (new string('N', length + 1), "v")).Body.Should().Contain($"{new string('N', length + 1)}=v\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Pairs_and_lengths_may_straddle_records_and_reads(int size)
    {
        using Infrastructure.Program program = Names();
        using WebServer server = program.Connect();
        byte[] pairs = Wire.Pairs(("A", new string('x', 200)), (new string('L', 130), ""), ("B", "b"));

        server.SendSlowly([.. Wire.BeginRequest(), .. Wire.Stream(Wire.Params, 1, pairs, size, padding: 5), .. Wire.Stream(Wire.Stdin, 1, [])], 997);

        server.Reply().Body.Should().Be($"A={new string('x', 200)}\n{new string('L', 130)}=\nB=b\n");
    }

    [Fact]
    public void One_byte_a_write_is_enough()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.SendSlowly(Wire.Request(body: "a body"u8.ToArray()), 1);

        server.Reply().Body.Should().Be("a body");
        server.ShouldBeClosed();
    }

    [Theory]
    [InlineData(0, 65535)]
    [InlineData(1, 65535)]
    [InlineData(65535, 65535)]
    [InlineData(65536, 65535)]
    [InlineData(65536, 32768)]
    [InlineData(1_048_576, 65535)]
    [InlineData(100_000, 11)]
    public async Task Bodies_come_back_whole(int length, int size)
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();
        byte[] body = new byte[length];
        new Random(length).NextBytes(body);

        Task sending = Task.Run(() => server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("REQUEST_METHOD", "POST"))), Wire.Stream(Wire.Stdin, 1, body, size, padding: 3)));
        Reply reply = server.Reply();

        await sending;
        reply.Stdout.AsSpan(reply.Stdout.Length - length).SequenceEqual(body).Should().BeTrue();
        reply.Head.Should().Contain($"Content-Length: {length}\r\n");
    }

    [Fact]
    public void A_kept_connection_serves_a_hundred_requests_under_any_number()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        for (int i = 0; i < 100; i++)
        {
            int id = i % 3 == 0 ? 1 : i % 3 == 1 ? 65535 : i + 2;
            byte[] body = new byte[i * 50];
            server.Send(Wire.Request(id, keep: true, body: body));
            server.Reply(id).Stdout.Length.Should().BeGreaterThanOrEqualTo(body.Length);
        }

        server.Send(Wire.Request(7));
        server.Reply(7);
        server.ShouldBeClosed();
    }

    [Fact]
    public void An_answer_is_framed_as_the_specification_has_it()
    {
        using Infrastructure.Program program = Start(static async request =>
        {
            await request.Stderr.WriteAsync("trouble"u8.ToArray());
            await request.Response.WriteAsync(new byte[200_000]);
        });

        Reply reply = program.Ask();

        reply.Records.Should().OnlyContain(static r => r.Content.Length <= 65535 && (r.Content.Length + r.Padding) % 8 == 0);
        reply.Records.Count(static r => r.Type == Wire.Stdout && r.Content.Length == 0).Should().Be(1);
        reply.Records.Count(static r => r.Type == Wire.Stderr && r.Content.Length == 0).Should().Be(1);
        reply.Records[^1].Type.Should().Be(Wire.End);
        reply.Status.Should().Be(0);
        System.Text.Encoding.ASCII.GetString(reply.Stderr).Should().Be("trouble");
        reply.Body.Length.Should().Be(200_000);
    }

    [Fact]
    public void Standard_error_is_ended_only_when_it_was_used()
    {
        using Infrastructure.Program program = Echo();

        program.Ask().Records.Should().NotContain(static r => r.Type == Wire.Stderr);
    }

    [Fact]
    public void The_application_status_goes_with_the_end()
    {
        using Infrastructure.Program program = Start(static request =>
        {
            request.AppStatus = 42;
            return Task.CompletedTask;
        });

        program.Ask().AppStatus.Should().Be(42);
    }

    [Fact]
    public void A_management_question_is_answered_also_between_requests()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.Record(Wire.GetValues, 0, Wire.Pairs(("FCGI_MPXS_CONNS", ""), ("FCGI_MAX_REQS", ""), ("FCGI_MAX_CONNS", ""), ("WHAT", ""))));
        Received answer = server.Next()!;

        answer.Type.Should().Be(Wire.GetValuesResult);
        string text = System.Text.Encoding.ASCII.GetString(answer.Content);
        text.Should().Contain("FCGI_MAX_CONNS256").And.Contain("FCGI_MAX_REQS").And.Contain("FCGI_MPXS_CONNS").And.NotContain("WHAT");
        server.Send(Wire.Record(99, 0, "?"u8));
        server.Next()!.Should().Match<Received>(static r => r.Type == Wire.UnknownType && r.Content[0] == 99 && r.Id == 0);
        server.Send(Wire.Request(body: [1]));
        server.Reply().Stdout.Should().NotBeEmpty();
    }

    [Fact]
    public void An_unknown_type_with_a_number_and_an_abort_of_nobody_are_passed_over()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.Record(55, 3, "?"u8, padding: 9), Wire.Record(Wire.Abort, 9), Wire.Record(Wire.Stdin, 4, "late"u8), Wire.Request(body: "x"u8.ToArray()));

        server.Reply().Body.Should().Be("x");
    }

    [Fact]
    public void An_unknown_role_is_refused_and_the_connection_goes_on()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.Request(5, keep: true, role: 9));
        server.Reply(5).Status.Should().Be(3, "UNKNOWN_ROLE");
        server.Send(Wire.Request(6, body: "x"u8.ToArray()));

        server.Reply(6).Body.Should().Be("x");
    }

    public static TheoryData<string, byte[]> NotFastCgi => new()
    {
        { "another version", Wire.Record(Wire.Begin, 1, new byte[8], version: 2) },
        { "text", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray() },
        { "a request 0", Wire.Record(Wire.Begin, 0, [0, 1, 0, 0, 0, 0, 0, 0]) },
        { "a short beginning", Wire.Record(Wire.Begin, 1, [0, 1, 0]) },
        { "an empty beginning", Wire.Record(Wire.Begin, 1) },
        { "one number twice", [.. Wire.BeginRequest(3), .. Wire.BeginRequest(3)] },
        { "input of request 0", Wire.Record(Wire.Stdin, 0, "x"u8) },
    };

    [Theory]
    [MemberData(nameof(NotFastCgi))]
    public void What_is_not_FastCGI_is_closed_with_a_line_and_the_next_request_is_served(string what, byte[] bytes)
    {
        using Infrastructure.Program program = Echo();
        using (WebServer server = program.Connect())
        {
            server.Send(bytes);
            server.ShouldBeClosed();
        }

        program.Log.Next().Should().Contain("a connection is closed", what);
        program.Ask("next"u8.ToArray()).Body.Should().Be("next");
    }

    [Fact]
    public void Parameters_that_end_within_a_pair_are_a_bad_request()
    {
        using Infrastructure.Program program = Echo();
        using WebServer server = program.Connect();

        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, [10, 200, (byte)'x']), Wire.Stream(Wire.Stdin, 1, []));

        server.Reply().Head.Should().StartWith("Status: 400 ");
    }

    [Fact]
    public async Task Many_wait_for_each_other_and_all_are_answered()
    {
        using Infrastructure.Program program = Start(static async request =>
        {
            byte[] body = await Bodies.ReadAll(request.Stdin);
            await Task.Yield();
            await request.Response.WriteAsync(body);
        });

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            byte[] body = new byte[i * 100];
            Array.Fill(body, (byte)i);
            Reply reply = await Task.Run(() => program.Ask(body));
            reply.Stdout.AsSpan(reply.Stdout.Length - body.Length).SequenceEqual(body).Should().BeTrue();
        });
    }

    [Fact]
    public void An_abort_fires_the_token_and_ends_the_request()
    {
        using var fired = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(async request =>
        {
            using CancellationTokenRegistration registration = request.RequestAborted.Register(fired.Set);
            begun.Set();
            await Task.Run(() => fired.Wait(20_000));
        });
        using WebServer server = program.Connect();
        server.Send(Wire.Request(4, keep: true));
        begun.Wait(20_000).Should().BeTrue();

        server.Send(Wire.Record(Wire.Abort, 4));

        server.Reply(4).Status.Should().Be(0);
        fired.IsSet.Should().BeTrue();
    }

    [Fact]
    public void A_lost_connection_fires_the_token_too()
    {
        using var fired = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(async request =>
        {
            using CancellationTokenRegistration registration = request.RequestAborted.Register(fired.Set);
            begun.Set();
            await Task.Run(() => fired.Wait(20_000));
        });
        using (WebServer server = program.Connect())
        {
            server.Send(Wire.Request());
            begun.Wait(20_000).Should().BeTrue();
        }

        fired.Wait(20_000).Should().BeTrue();
    }

    [Fact]
    public void A_web_server_that_has_sent_its_last_still_gets_the_whole_answer()
    {
        using Infrastructure.Program program = Start(static async request => await request.Response.WriteAsync(new byte[4 * 1024 * 1024]));
        using WebServer server = program.Connect();
        server.Send(Wire.Request());
        server.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        server.Reply().Body.Length.Should().Be(4 * 1024 * 1024);
        server.ShouldBeClosed();
    }

    [Fact]
    public void A_body_that_breaks_off_throws_and_the_next_request_is_served()
    {
        using var thrown = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(async request =>
        {
            try
            {
                request.Response.Write((await Bodies.ReadAll(request.Stdin)).Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (FastCgiAbortedException)
            {
                thrown.Set();
                throw;
            }
        });
        using (WebServer server = program.Connect())
        {
            server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", "100"))), Wire.Record(Wire.Stdin, 1, "only this"u8));
        }

        thrown.Wait(20_000).Should().BeTrue();
        program.Ask("abc"u8.ToArray()).Body.Should().Be("3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_body_over_its_limit_is_413_announced_or_not(bool announced)
    {
        using Infrastructure.Program program = Echo(static o => o.MaxBodySize = 1000);
        using WebServer server = program.Connect();

        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs([("REQUEST_METHOD", "POST"), .. announced ? [("CONTENT_LENGTH", "1001")] : Array.Empty<(string, string)>()])), Wire.Stream(Wire.Stdin, 1, new byte[1001]));

        server.Reply().Head.Should().StartWith("Status: 413 ");
        program.Ask(new byte[1000]).Stdout.Length.Should().BeGreaterThan(1000);
    }

    [Fact]
    public void Too_many_or_too_large_parameters_are_431()
    {
        using Infrastructure.Program program = Echo(static o => (o.MaxParameters, o.MaxParameterBytes) = (16, 2000));

        program.Ask(null, ("BIG", new string('x', 3000))).Head.Should().StartWith("Status: 431 ");
        program.Log.Next().Should().Contain("MaxParameterBytes");
        program.Ask(null, [.. Enumerable.Range(0, 15).Select(static i => ($"P{i}", ""))]).Head.Should().StartWith("Status: 431 ");
        program.Ask("x"u8.ToArray()).Body.Should().Be("x");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_refused_request_is_refused_in_every_role(int role)
    {
        using Infrastructure.Program program = Echo(static o => o.MaxParameterBytes = 2000);
        using WebServer server = program.Connect();

        server.Send(Wire.Request(role: role, pairs: ("BIG", new string('x', 3000))));

        server.Reply().Head.Should().StartWith("Status: 431 ", "an authorizer's 200 would let the client pass");
    }

    [Fact]
    public void A_redirect_alone_is_an_answer()
    {
        using Infrastructure.Program program = Start(static request =>
        {
            request.Response.Headers["Location"] = "/there";
            request.Dispose();
            return Task.CompletedTask;
        });

        program.Ask().Head.Should().StartWith("Status: 302 ");
    }

    [Fact]
    public void Stalled_heads_count_as_connections_until_their_time_is_over()
    {
        using Infrastructure.Program program = Echo(static o => (o.MaxConnections, o.HeaderTimeout) = (3, TimeSpan.FromMilliseconds(100)));
        WebServer[] stalled = [.. Enumerable.Range(0, 10).Select(_ => program.Connect())];
        foreach (WebServer server in stalled)
        {
            server.Send(Wire.BeginRequest(), Wire.Record(Wire.Params, 1, [3]));
        }

        program.Ask("x"u8.ToArray()).Body.Should().Be("x");

        foreach (WebServer server in stalled)
        {
            server.ShouldBeClosed();
            server.Dispose();
        }
    }

    [Fact]
    public void A_body_that_stops_is_408()
    {
        using Infrastructure.Program program = Echo(static o => o.BodyTimeout = TimeSpan.FromMilliseconds(60));
        using WebServer server = program.Connect();

        server.Send(Wire.BeginRequest(), Wire.Stream(Wire.Params, 1, Wire.Pairs(("CONTENT_LENGTH", "100"))), Wire.Record(Wire.Stdin, 1, "only this"u8));

        server.Reply().Head.Should().StartWith("Status: 408 ");
    }

    [Fact]
    public void A_head_that_stops_and_an_idle_connection_are_closed()
    {
        using Infrastructure.Program program = Echo(static o => o.HeaderTimeout = o.KeepAliveTimeout = TimeSpan.FromMilliseconds(60));
        using WebServer slow = program.Connect();
        using WebServer silent = program.Connect();
        using WebServer idle = program.Connect();
        slow.Send(Wire.BeginRequest(), Wire.Record(Wire.Params, 1, [3]));
        idle.Send(Wire.Request(keep: true));
        idle.Reply();

        slow.ShouldBeClosed();
        silent.ShouldBeClosed();
        idle.ShouldBeClosed();
        program.Log.Next().Should().Contain("HeaderTimeout");
    }

    [Fact]
    public void An_answer_that_nobody_takes_is_given_up()
    {
        using var over = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(
            async request =>
            {
                await request.Response.WriteAsync(new byte[8 * 1024 * 1024]);
                over.Set();
            },
            static o => o.WriteTimeout = TimeSpan.FromMilliseconds(60));
        using WebServer server = program.Connect();
        server.Send(Wire.Request());

        over.Wait(20_000).Should().BeTrue();
        program.Log.Next().Should().Contain("nothing of an answer was taken");
    }

    [Fact]
    public void At_the_most_connections_an_idle_one_makes_room()
    {
        using Infrastructure.Program program = Echo(static o => o.MaxConnections = 2);
        using WebServer first = program.Connect();
        first.Send(Wire.Request(keep: true));
        first.Reply();
        using WebServer second = program.Connect();
        second.Send(Wire.Request(keep: true));
        second.Reply();
        using WebServer third = program.Connect();
        third.Send(Wire.Request(keep: true));

        third.Reply();

        first.ShouldBeClosed();
        second.Send(Wire.Request(body: "x"u8.ToArray()));
        second.Reply().Body.Should().Be("x");
    }

    [Fact]
    public async Task To_leave_closes_idle_connections_answers_begun_requests_and_waits_a_moment_for_fresh_ones()
    {
        using var go = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        using Infrastructure.Program program = Start(async request =>
        {
            byte[] body = await Bodies.ReadAll(request.Stdin);
            if (body.Length == 1)
            {
                begun.Set();
                await Task.Run(() => go.Wait(20_000));
            }

            await request.Response.WriteAsync(body);
        });
        using WebServer idle = program.Connect();
        idle.Send(Wire.Request(keep: true));
        idle.Reply();
        using WebServer busy = program.Connect();
        busy.Send(Wire.Request(keep: true, body: "b"u8.ToArray()));
        begun.Wait(20_000).Should().BeTrue();

        Task leaving = Task.Run(program.Leave);
        go.Set();

        busy.Reply().Body.Should().Be("b");
        busy.ShouldBeClosed();
        idle.ShouldBeClosed();
        await leaving.WaitAsync(TimeSpan.FromSeconds(20));
    }
}

public sealed class OneAtATime() : Engines(static _ => { });

public sealed class ManyAtOnce() : Engines(static o => o.MaxConcurrentRequests = 32);

public sealed class Multiplexed() : Engines(static o => (o.MaxConcurrentRequests, o.Multiplex) = (32, true));
