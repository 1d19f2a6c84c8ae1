using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>
/// A program is developed on Windows and macOS too. There a process count of 0 makes it one plain process, and everything else is refused with a way out. Here each call of the C library fails, as it
/// would there, by a host setting of the runtime.
/// </summary>
[Trait("Row", "A1.2")]
public sealed class PlainProcessElsewhere(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("--loop=sync")]
    [InlineData("--loop=async")]
    [InlineData("--loop=concurrent")]
    [InlineData("--loop=serve")]
    [InlineData("--loop=stopping")]
    public async Task A_process_count_of_0_serves(string loop)
    {
        await using Managed app = Launch(loop, "--ProcessManager:ProcessCount=0");
        app.Unheard((await app.Log.Find("^listening (.*)$")).Groups[1].Value);
        for (int i = 0; i < 3; i++)
        {
            (await app.Client.Get("/pid")).Should().Be($"{app.StartedPid}");
        }
    }

    [Fact]
    public async Task The_loop_ends_when_the_host_says_so()
    {
        await using Managed app = Launch("--loop=sync", "--ProcessManager:ProcessCount=0");
        app.Unheard((await app.Log.Find("^listening (.*)$")).Groups[1].Value);
        await app.Client.Get("/leave");
        (await app.Exit()).Should().Be(0);
    }

    [Theory]
    [InlineData("--ProcessManager:ProcessCount=2", "A pool of processes needs Linux; this is *. Set ProcessManager:ProcessCount to 0 to run as one plain process, or run the program in WSL or in a Linux container.")]
    [InlineData("--descriptor=3", "The inherited listener 'http' needs Linux; *Call Listen with an address.*")]
    public async Task Everything_else_is_refused_with_a_way_out(string argument, string message)
    {
        await using Managed app = Launch(argument, "--loop=sync");
        (await app.Exit()).Should().Be(78);
        app.Log.Lines.Where(static l => !l.StartsWith("listening", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().Match("*" + message);
    }

    public void Dispose() => _folder.Dispose();

    private Managed Launch(params string[] switches) => Managed.Launch(output, OtherRuntimeSettings.Launch(_folder, new() { ["ProcManager.OtherSystem"] = true }, switches));
}
