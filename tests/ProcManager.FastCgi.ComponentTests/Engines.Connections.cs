using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>As many connections as a worker may have.</summary>
public abstract partial class Engines
{
    [Fact]
    public void At_the_most_connections_none_that_may_send_a_request_is_given_up_and_a_new_one_waits()
    {
        using Infrastructure.Program program = Echo(static o => o.MaxConnections = 2);
        using WebServer first = program.Connect();
        using WebServer second = program.Connect();
        using WebServer third = program.Connect();
        third.Send(Wire.Request(body: "third"u8.ToArray()));
        program.Log.Next().Should().Contain("MaxConnections", "a full worker says so");

        first.Send(Wire.Request(body: "first"u8.ToArray()));

        first.Reply().Body.Should().Be("first");
        first.ShouldBeClosed();
        third.Reply().Body.Should().Be("third");
        second.Send(Wire.Request(body: "second"u8.ToArray()));
        second.Reply().Body.Should().Be("second");
        program.Log.Any.Should().BeFalse("it is told once a minute");
    }

    [Fact]
    public void At_the_most_connections_a_kept_one_with_half_a_request_is_not_given_up()
    {
        using Infrastructure.Program program = Echo(static o => o.MaxConnections = 1);
        using WebServer kept = program.Connect();
        kept.Send(Wire.Request(keep: true));
        kept.Reply();
        byte[] request = Wire.Request(body: "whole"u8.ToArray());
        kept.Send(request[..20]);
        using WebServer other = program.Connect();
        other.Send(Wire.Request(body: "other"u8.ToArray()));
        program.Log.Next().Should().Contain("MaxConnections");

        kept.Send(request[20..]);

        kept.Reply().Body.Should().Be("whole");
        other.Reply().Body.Should().Be("other");
    }

    [Fact]
    public async Task A_full_worker_still_leaves()
    {
        using Infrastructure.Program program = Echo(static o => o.MaxConnections = 1);
        using WebServer silent = program.Connect();
        using WebServer other = program.Connect();
        program.Log.Next().Should().Contain("MaxConnections");

        await Task.Run(program.Leave).WaitAsync(TimeSpan.FromSeconds(20));

        silent.ShouldBeClosed();
    }

    [Fact]
    public void A_reason_phrase_that_would_end_the_head_is_refused_where_it_is_set_and_no_connection_is_lost()
    {
        using Infrastructure.Program program = Start(static request =>
        {
            try
            {
                request.Response.ReasonPhrase = "Fine\r\nX-Smuggled: yes";
                request.Response.Write("taken");
            }
            catch (ArgumentException)
            {
                request.Response.Write("refused");
            }

            return Task.CompletedTask;
        });

        for (int i = 0; i < 20; i++)
        {
            Reply reply = program.Ask(); // which sees the connection closed
            reply.Body.Should().Be("refused");
            reply.Head.Should().NotContain("X-Smuggled");
        }
    }
}
