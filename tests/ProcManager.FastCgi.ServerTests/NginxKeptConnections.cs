using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>fastcgi_keep_conn and keepalive: one connection carries many requests. Each test has a site of its own, to count.</summary>
[Trait("Row", "A4.3")]
public abstract class NginxKeptConnections(NginxScenarios site, ITestOutputHelper output) : IAsyncLifetime
{
    public Task InitializeAsync() => site.InitializeAsync();

    [Fact]
    public async Task One_connection_carries_all_requests_one_after_the_other()
    {
        for (int i = 0; i < 10; i++)
        {
            (await site.Kept.Get("/")).Body.Should().HaveCount(100);
            (await site.Kept.Post("/echo", new byte[100_000])).Body.Should().HaveCount(100_000);
            (await site.Kept.Get("/no/such")).Pid.Should().BePositive();
            (await site.Kept.Get("/stderr?bytes=100")).Text.Should().Be("after the complaint\n");
        }

        RelayedConnection connection = site.Relay.Connections.Should().ContainSingle().Subject;
        connection.Asked.Count(static r => r.Type == FastCgiRecord.BeginRequest).Should().Be(40);
        connection.Answered.Count(static r => r.Type == FastCgiRecord.EndRequest).Should().Be(40);
        connection.Answered[^1].Type.Should().Be(FastCgiRecord.EndRequest, "nginx keeps a connection only when nothing follows");
    }

    [Fact]
    public async Task After_HEAD_nginx_may_take_another_and_loses_nothing()
    {
        for (int i = 0; i < 10; i++)
        {
            (await site.Kept.Send(HttpMethod.Head, "/", null)).Body.Should().BeEmpty();
            (await site.Kept.Get("/")).Body.Should().HaveCount(100);
        }
    }

    [Fact]
    public async Task An_idle_one_is_given_up_in_a_reload_and_the_next_request_gets_another()
    {
        int before = (await site.Kept.Get("/")).Pid;
        RelayedConnection first = site.Relay.Connections.Should().ContainSingle().Subject;
        site.App.Signal(Native.Hup);
        await first.ClosedByProgram.WaitAsync(TimeSpan.FromSeconds(20));
        await site.App.Log.Find("reload to generation 2 succeeded");
        Reply reply = await site.Kept.Get("/");
        reply.Body.Should().HaveCount(100);
        reply.Pid.Should().NotBe(before);
        site.Relay.Connections.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_busy_one_is_answered_before_the_worker_leaves()
    {
        string file = site.File("busy");
        Task<Reply> reply = site.Kept.Get($"/hold?file={file}");
        await Until.True(() => File.Exists(file + ".begun"), "the request has begun");
        site.App.Signal(Native.Hup);
        await site.App.Log.Find(@"worker \d+ \(pid \d+\): draining");
        await File.WriteAllTextAsync(file, "");
        (await reply).Text.Should().Be("held\n");
        RelayedConnection connection = site.Relay.Connections.Should().ContainSingle().Subject;
        await connection.ClosedByProgram.WaitAsync(TimeSpan.FromSeconds(20));
        connection.Answered[^1].Type.Should().Be(FastCgiRecord.EndRequest);
        await site.App.Log.Find("reload to generation 2 succeeded");
    }

    [Fact]
    public async Task As_many_idle_ones_as_there_are_workers_do_not_hold_up_new_connections()
    {
        // nginx keeps two; with the one on its way that is a connection for each of the three workers.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => site.Kept.Get("/sleep?ms=200")));
        for (int i = 0; i < 20; i++)
        {
            (await site.Http.Get("/")).Body.Should().HaveCount(100);
        }
    }

    public async Task DisposeAsync()
    {
        output.WriteLine(site.Log);
        await site.DisposeAsync();
    }
}

public class NginxKeptConnectionsOneAtATime(ITestOutputHelper output) : NginxKeptConnections(new NginxScenarios(), output);

public class NginxKeptConnectionsManyAtOnce(ITestOutputHelper output) : NginxKeptConnections(new NginxManyAtOnce(), output);
