using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A1.6")]
public class PidOne(ITestOutputHelper output)
{
    [Fact]
    public async Task As_pid_1_it_serves_tells_exact_ends_and_passes_signals_and_the_exit_code_on()
    {
        await using Managed managed = Start("--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.050");
        int init = await Init(managed);
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with SIGABRT \(Crashed\)");
        await managed.Log.FindCount("is ready", 3);
        await FluentActions.Awaiting(() => managed.Client.Get("/exit?code=3")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with exit code 3 \(Crashed\)");
        await managed.Log.FindCount("is ready", 4);
        Native.Send(init, Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task As_pid_1_a_stop_that_had_to_kill_exits_with_1()
    {
        using var folder = new TempFolder();
        await using Managed managed = Start("--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:00.500");
        int init = await Init(managed);
        Task<string> answer = await managed.BusyWorker(folder);
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(1);
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task As_pid_1_a_Ctrl_C_to_its_group_comes_once()
    {
        using var folder = new TempFolder();
        await using Managed managed = Start("--ProcessManager:ProcessCount=2");
        int init = await Init(managed);
        Task<string> answer = await managed.BusyWorker(folder);
        string group = Native.ReadOrEmpty($"/proc/{init}/stat").Split(") ")[1].Split(' ')[2];
        int inner = Native.Children(init).Single();
        Native.ReadOrEmpty($"/proc/{inner}/stat").Split(") ")[1].Split(' ')[2].Should().NotBe(group);
        Native.Send(init, Native.Int);
        await managed.Log.Find("stopping");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    private Managed Start(params string[] switches) => Managed.Launch(output, new Launch
    {
        Wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
        Arguments = switches,
    });

    // The log has the numbers of the inner namespace; from here pid 1 is the child of unshare.
    private static async Task<int> Init(Managed managed)
    {
        await managed.Log.Find(@"manager \(pid 1\): this is pid 1: the manager runs as a child");
        await managed.Ready();
        return Native.Children(managed.StartedPid).Single();
    }
}
