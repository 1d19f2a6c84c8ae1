using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>With WarmUpPath the application's own loop answers two requests of its own worker before the worker says that it is ready or stands by.</summary>
[Trait("Row", "A4.1")]
public sealed class WarmLoops(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Sync = ["--loop=sync"];
    private static readonly string[] Async = [];
    private static readonly string[] Many = ["--FastCgi:MaxConcurrentRequests=8"];
    private static readonly string[] Serve = ["--loop=serve"];
    private static readonly string[] Impatient = ["--loop=impatient"];
    private static readonly string[] ImpatientMany = ["--loop=impatient", "--FastCgi:MaxConcurrentRequests=8"];

    private readonly TempFolder _folder = new();

    public static TheoryData<string[], int> Loops => new()
    {
        { Sync, 0 }, { Sync, 1 }, { Async, 0 }, { Async, 1 }, { Many, 0 }, { Many, 1 }, { Serve, 0 }, { Impatient, 0 }, { Impatient, 1 }, { ImpatientMany, 0 },
    };

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task The_loop_has_answered_twice_before_its_first_client_comes(string[] loop, int standby)
    {
        await using Managed app = await Start("/warm", [.. loop, $"--ProcessManager:StandbyCount={standby}"]);
        int from = app.Log.Count;
        (await Warmed()).Should().EndWith("\nwarmed 2");

        app.Signal(Native.Hup);
        await app.Log.Find("reload to generation 2 succeeded", from);
        (await Warmed()).Should().EndWith("\nwarmed 2");
    }

    [Fact]
    public async Task A_loop_that_does_not_answer_is_given_up_and_the_worker_is_ready_all_the_same()
    {
        await using Managed app = await Start($"/hold?file={_folder.File("h")}", Many);
        await app.Log.Find(@"the application has not completed the worker's own request for /hold\?file=\S+ \(WarmUpPath\) within 5 s");
        (await Warmed()).Should().EndWith("\nwarmed 0");
        File.Exists(_folder.File("h.aborted")).Should().BeTrue("the given up request is told");
    }

    [Fact]
    public async Task A_program_that_crashes_on_it_does_not_get_ready()
    {
        await using Managed broken = Launch("/crash", ["--ProcessManager:CrashLimit=2"]);
        await broken.Log.Find("asked to crash");
        await broken.Log.Find("giving up");
        broken.Log.Lines.Should().NotContain(static l => l.Contains("is ready", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--loop=sync")]
    [InlineData("--loop=async")]
    [InlineData("--FastCgi:MaxConcurrentRequests=8")]
    public async Task A_worker_that_is_told_to_leave_meanwhile_lets_its_loop_end(string loop)
    {
        await using Managed app = Launch($"/hold?file={_folder.File("h")}", [loop]);
        await Until.True(() => File.Exists(_folder.File("h.begun")), "the worker asks itself");
        app.Unheard(_folder.File("app.sock"));
        app.Signal(Native.Term);
        (await app.Exit()).Should().Be(0);
        File.Exists(_folder.File("h.aborted")).Should().BeTrue("its client is gone");
        app.Log.Lines.Should().Contain(static l => l.EndsWith("the loop has ended", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private Task<Managed> Start(string path, string[] switches) =>
        FastCgiPrograms.OnSocket(output, FastCgiPrograms.TestApp, _folder.File("app.sock"), ["--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00.050", $"--FastCgi:WarmUpPath={path}", .. switches]);

    private Managed Launch(string path, string[] switches) => Managed.Launch(output, new Launch
    {
        Program = FastCgiPrograms.TestApp,
        Arguments = ["--socket", _folder.File("app.sock"), "--ProcessManager:ProcessCount=1", $"--FastCgi:WarmUpPath={path}", .. switches],
    });

    private async Task<string> Warmed()
    {
        await using Managed client = Managed.Launch(output, new Launch
        {
            Program = "cgi-fcgi",
            Arguments = ["-bind", "-connect", _folder.File("app.sock")],
            Environment = new() { ["REQUEST_METHOD"] = "GET", ["SCRIPT_NAME"] = "/warmed", ["QUERY_STRING"] = "", ["SERVER_PROTOCOL"] = "HTTP/1.1" },
        });
        await client.Exit();
        return string.Join('\n', client.Log.Lines).TrimEnd();
    }
}
