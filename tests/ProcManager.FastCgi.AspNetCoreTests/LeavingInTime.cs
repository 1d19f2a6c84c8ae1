using System.Net;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>A request that does not end is given up when the host's own time for it is over.</summary>
[Trait("Row", "A4.2")]
public abstract class LeavingInTime(WebSite site, ITestOutputHelper output) : IDisposable
{
    [Fact]
    public async Task The_request_is_told_and_the_worker_leaves_well()
    {
        string file = site.File("never");
        Task<Reply> reply = site.Http.Get($"/hold?file={file}");
        await Until.True(() => File.Exists(file + ".begun"), "the request has begun");
        string pid = await File.ReadAllTextAsync(file + ".begun");
        Native.TrySend(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), Native.Term);
        await site.App.Log.Find("1 request is still under way at the end of the host's ShutdownTimeout and is given up");
        await Until.True(() => File.Exists(file + ".aborted"), "RequestAborted has fired");
        (await reply).Status.Should().Be(HttpStatusCode.BadGateway);
        await site.App.Log.Find($@"\(pid {pid}\) ended with exit code 0");
        (await site.Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class LeavingWithinTheHostsTime(LeavingWithinTheHostsTime.Impatient site, ITestOutputHelper output) : LeavingInTime(site, output), IClassFixture<LeavingWithinTheHostsTime.Impatient>
{
    public class Impatient : WebSiteOneWorker
    {
        protected override string[] Switches => [.. base.Switches, "--shutdownTimeoutSeconds=1"];
    }
}

/// <summary>The host's own default is longer than the manager waits: the manager's counts.</summary>
public class LeavingBeforeTheDieTimeout(LeavingBeforeTheDieTimeout.Impatient site, ITestOutputHelper output) : LeavingInTime(site, output), IClassFixture<LeavingBeforeTheDieTimeout.Impatient>
{
    public class Impatient : WebSiteOneWorker
    {
        protected override string[] Switches => [.. base.Switches, "--ProcessManager:DieTimeout=00:00:10"];
    }
}
