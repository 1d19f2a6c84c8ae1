using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>With WarmUpPath a worker asks its own application before it says that it is ready or stands by.</summary>
[Trait("Row", "A4.3")]
public sealed class WarmWorkers(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("--ProcessManager:StandbyCount=0")]
    [InlineData("--ProcessManager:StandbyCount=1")]
    public async Task The_application_has_answered_twice_before_its_first_client_comes(string standby)
    {
        await using Managed app = await Start("/warm", standby);
        int from = app.Log.Count;
        Warmed().Should().EndWith("\n2");

        app.Signal(Native.Hup);
        await app.Log.Find("reload to generation 2 succeeded", from);
        Warmed().Should().EndWith("\n2");
    }

    [Theory]
    [InlineData("/throw", "thrown early")]
    [InlineData("/no-such-path", "is ready")]
    public async Task An_answer_that_is_no_good_holds_up_nothing(string path, string line)
    {
        await using Managed app = await Start(path);
        await app.Log.Find(line);
        Warmed().Should().EndWith("\n0");
    }

    [Theory]
    [InlineData("--FastCgi:MaxConcurrentRequests=64")]
    [InlineData("--FastCgi:MaxConcurrentRequests=1")]
    public async Task An_application_that_does_not_answer_is_given_up_and_the_worker_is_ready_all_the_same(string atOnce)
    {
        await using Managed app = await Start($"/hold?file={_folder.File("h")}", atOnce);
        await app.Log.Find(@"the application has not completed the worker's own request for /hold\?file=\S+ \(WarmUpPath\) within 5 s");
        Warmed().Should().EndWith("\n0");
    }

    [Theory]
    [InlineData("--FastCgi:MaxConcurrentRequests=64")]
    [InlineData("--FastCgi:MaxConcurrentRequests=1")]
    public async Task An_application_that_hangs_behind_its_answer_is_given_up_too(string atOnce)
    {
        await using Managed app = await Start("/hang-behind", atOnce);
        Warmed().Should().EndWith("\n0");
    }

    [Theory]
    [InlineData("--FastCgi:MaxConcurrentRequests=64")]
    [InlineData("--FastCgi:MaxConcurrentRequests=1")]
    public async Task A_worker_that_is_told_to_leave_meanwhile_stops_its_host(string atOnce)
    {
        await using Managed app = Launch($"/hold?file={_folder.File("h")}", [atOnce]);
        await Until.True(() => File.Exists(_folder.File("h.begun")), "the worker asks itself");
        app.Unheard(_folder.File("app.sock"));
        app.Signal(Native.Term);
        (await app.Exit()).Should().Be(0);
        await app.Log.Find(@"^host \d+ stopped");
    }

    public void Dispose() => _folder.Dispose();

    private string Warmed() => RawWebServer.Ask(_folder.File("app.sock"), ("SCRIPT_NAME", "/warmed"), ("REQUEST_METHOD", "GET")).TrimEnd();

    private async Task<Managed> Start(string path, params string[] switches)
    {
        Managed app = Launch(path, switches);
        await app.Serving();
        return app;
    }

    private Managed Launch(string path, string[] switches) => Managed.Launch(output, new Launch
    {
        Program = WebPrograms.TestApp,
        Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00.050", $"--FastCgi:WarmUpPath={path}", .. switches]),
    });
}
