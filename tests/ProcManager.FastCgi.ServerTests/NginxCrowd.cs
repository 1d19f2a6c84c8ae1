using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>More clients at once than the workers together may have connections (256 each, the default). No request that is on its way is given up for another one.</summary>
[Trait("Row", "A4.2")]
public class NginxCrowd(NginxCrowd.Crowd site, ITestOutputHelper output) : IClassFixture<NginxCrowd.Crowd>, IDisposable
{
    public class Crowd : NginxScenarios
    {
        protected override string[] Switches => ["--ProcessManager:ProcessCount=2", "--FastCgi:MaxConcurrentRequests=64"];
    }

    [Theory]
    [InlineData(600)]
    [InlineData(1000)]
    public async Task Each_of_them_is_answered(int clients)
    {
        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => site.Http.Get("/sleep?ms=20")));

        replies.Where(static r => r.Status != HttpStatusCode.OK).Should().BeEmpty();
        replies.Select(static r => r.Pid).Distinct().Should().HaveCount(2);
    }

    public void Dispose() => output.WriteLine(site.Log);
}
