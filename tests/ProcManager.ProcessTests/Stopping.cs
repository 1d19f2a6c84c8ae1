using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A2.2")]
public class Stopping(ITestOutputHelper output)
{
    [Fact]
    public async Task TERM_stops_an_idle_pool_with_exit_code_0_and_the_pid_file_goes_last()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", $"--ProcessManager:PidFile={folder.File("app.pid")}");
        File.ReadAllText(folder.File("app.pid")).Should().Be($"{managed.Pid}\n");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.Exists(folder.File("app.pid")).Should().BeFalse();
        await managed.NobodyLeft(1);
    }

    [Fact]
    public async Task A_request_under_way_is_answered_before_the_manager_exits()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2");
        Task<string> answer = managed.Client.Get($"/wait?file={folder.File("go")}");
        await Until.True(async () => (await managed.Client.Get("/states")).Count(static c => c == 'r') == 2, "one waits, one answers");
        managed.Signal(Native.Term);
        await managed.Log.Find("told to leave");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }
}
