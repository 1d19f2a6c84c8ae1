using ProcManager.FastCgi.ComponentTests.Infrastructure;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>More requests than a worker takes at once.</summary>
[Trait("Row", "A4.1")]
public sealed class Overload : IDisposable
{
    private readonly CountdownEvent _begun = new(2);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public void On_the_same_connection_it_waits_for_its_turn_and_what_is_far_too_much_is_refused()
    {
        using Infrastructure.Program program = Start(multiplex: true);
        using WebServer server = program.Connect();
        server.Send(Wire.Request(1, keep: true, pairs: ("HOLD", "")), Wire.Request(2, keep: true, pairs: ("HOLD", "")));
        _begun.Wait(20_000).Should().BeTrue();

        server.Send([.. Enumerable.Range(3, 98).SelectMany(static id => Wire.Request(id, keep: true))]);
        server.Send(Wire.Request(101, keep: true, role: 2));
        for (int id = 65; id <= 100; id++)
        {
            Reply refused = server.Reply(id);
            refused.Status.Should().Be(0);
            refused.Head.Should().StartWith("Status: 503 ");
        }

        server.Reply(101).Status.Should().Be(2, "OVERLOADED, to an authorizer");
        _go.SetResult();

        var ended = new List<int>();
        while (ended.Count < 64)
        {
            if (server.Next() is { Type: Wire.End } end)
            {
                end.Content[4].Should().Be(0);
                ended.Add(end.Id);
            }
        }

        ended.Order().Should().Equal(Enumerable.Range(1, 64));
        server.Send(Wire.Request(5));
        server.Reply(5).Body.Should().Be("done");
        server.ShouldBeClosed();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void On_new_connections_it_waits_until_there_is_room(bool multiplex)
    {
        using Infrastructure.Program program = Start(multiplex);
        using WebServer first = program.Connect();
        using WebServer second = program.Connect();
        first.Send(Wire.Request(1, keep: true, pairs: ("HOLD", "")));
        second.Send(Wire.Request(1, keep: true, pairs: ("HOLD", "")));
        _begun.Wait(20_000).Should().BeTrue();
        WebServer[] more = [.. Enumerable.Range(0, 6).Select(_ => program.Connect())];
        foreach (WebServer server in more)
        {
            server.Send(Wire.Request());
        }

        _go.SetResult();

        first.Reply().Body.Should().Be("done");
        second.Reply().Body.Should().Be("done");
        foreach (WebServer server in more)
        {
            server.Reply().Status.Should().Be(0);
            server.ShouldBeClosed();
            server.Dispose();
        }
    }

    public void Dispose()
    {
        _go.TrySetResult();
        _begun.Dispose();
    }

    private Infrastructure.Program Start(bool multiplex) => new(
        async request =>
        {
            if (request.Parameters["HOLD"] is not null)
            {
                _begun.Signal();
                await _go.Task;
            }

            request.Response.Write("done");
        },
        o => (o.MaxConcurrentRequests, o.Multiplex) = (2, multiplex));
}
