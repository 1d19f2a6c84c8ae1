using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>The policies of the pool with FastCGI in the workers: standing by, and a request that hangs.</summary>
[Trait("Row", "A4.3")]
public class NginxReloadsWithStandby(NginxReloadsWithStandby.Standby site, ITestOutputHelper output) : NginxReloads(site, output), IClassFixture<NginxReloadsWithStandby.Standby>
{
    public class Standby : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, "--ProcessManager:StandbyCount=1"];
    }

    protected override int Reloads => 3;
}

public class NginxReloadsOfTheBlockingLoopWithStandby(NginxReloadsOfTheBlockingLoopWithStandby.Standby site, ITestOutputHelper output)
    : NginxReloads(site, output), IClassFixture<NginxReloadsOfTheBlockingLoopWithStandby.Standby>
{
    public class Standby : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, "--ProcessManager:StandbyCount=1", "--loop=sync"];
    }

    protected override int Reloads => 3;
}

[Trait("Row", "B5")]
public abstract class NginxHangs(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    internal static readonly string[] Watched = ["--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:WatchdogLadder=Log, Kill"];

    [Fact]
    public async Task A_request_that_hangs_is_told_with_its_target_and_client_and_its_worker_replaced()
    {
        site.ExpectedCrashes++;
        Reply reply = await site.Http.Get($"/hold?file={site.File("never")}");
        ((int)reply.Status).Should().Be(502);
        await site.App.Log.Find(@"is hung \((?:Blocked|Spinning)\): GET /hold\?file=\S* from 127\.0\.0\.1 has taken 1(?:\.\d+)? s, the limit is 1 s");
        await site.App.Log.Find(@"ended with SIGKILL \(Hung\)");
        ((int)(await site.Http.Get("/")).Status).Should().Be(200);
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxHangsOfTheDirectLoop(NginxHangsOfTheDirectLoop.Hanging site, ITestOutputHelper output) : NginxHangs(site, output), IClassFixture<NginxHangsOfTheDirectLoop.Hanging>
{
    public class Hanging : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, .. Watched];
    }
}

public class NginxHangsOfManyAtOnce(NginxHangsOfManyAtOnce.Hanging site, ITestOutputHelper output) : NginxHangs(site, output), IClassFixture<NginxHangsOfManyAtOnce.Hanging>
{
    public class Hanging : NginxManyAtOnce
    {
        protected override string[] Switches => [.. base.Switches, .. Watched];
    }
}
