using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>More clients than the workers have connections for: they wait, and none of them is turned away.</summary>
[Trait("Row", "A4.3")]
public class NginxFullWorkers(NginxFullWorkers.Small site, ITestOutputHelper output) : IClassFixture<NginxFullWorkers.Small>, IDisposable
{
    public class Small : NginxScenarios
    {
        protected override string[] Switches => ["--ProcessManager:ProcessCount=2", "--FastCgi:MaxConcurrentRequests=64", "--FastCgi:MaxConnections=8"];
    }

    [Fact]
    public async Task No_request_is_lost_on_new_connections_and_a_full_worker_says_so()
    {
        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => site.Http.Get("/sleep?ms=20")));

        replies.Count(static r => (int)r.Status != 200).Should().Be(0);
        await site.App.Log.Find(@"this worker has 8 connections \(MaxConnections\)");
    }

    [Fact]
    public async Task No_request_is_lost_while_kept_connections_make_room()
    {
        for (int round = 0; round < 5; round++)
        {
            Reply[] replies = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => (i % 2 == 0 ? site.KeptDirectly : site.Http).Get("/sleep?ms=20")));
            replies.Count(static r => (int)r.Status != 200).Should().Be(0);
        }
    }

    public void Dispose() => output.WriteLine(site.Log);
}
