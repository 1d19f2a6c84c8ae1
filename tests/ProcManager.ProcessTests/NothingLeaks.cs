using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class NothingLeaks(ITestOutputHelper output)
{
    [Fact]
    public async Task A_grandchild_inherits_no_descriptor_and_no_variable()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--extra-listeners=one,two");
        string seen = await managed.Client.Get("/grandchild");
        seen.Should().NotContain("PROCMANAGER_WORKER").And.NotContain("socket:[").And.NotContain("memfd").And.Contain("exit 0");
        (await managed.Client.Get("/env")).Should().NotContain("PROCMANAGER_WORKER");
        (await managed.Client.Get("/fds")).Should().Contain("0 /dev/null").And.Contain("procmanager-scoreboard");
    }

    [Fact]
    public async Task A_worker_has_a_process_group_of_its_own_and_no_signal_ignored_or_blocked_but_PIPE()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        int worker = managed.Workers[0];
        Native.ReadOrEmpty($"/proc/{worker}/stat").Split(") ")[1].Split(' ')[2].Should().Be($"{worker}");
        string status = await managed.Client.Get("/status");
        Mask(status, "SigIgn").Should().Be(1ul << 12); // the runtime ignores PIPE itself
        Mask(status, "SigBlk").Should().Be(0);
    }

    [Fact]
    public async Task Ctrl_C_to_the_group_reaches_the_manager_alone()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Wrapper = ["setsid", "--wait"], Arguments = ["--ProcessManager:ProcessCount=2"] });
        await managed.Ready();
        Task<string> answer = await managed.BusyWorker(folder);
        Native.Send(-managed.Pid, Native.Int);
        await managed.Log.Find("stopping");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().NotContain(static l => l.Contains("SIGINT"));
    }

#if !NATIVE_AOT // which has no diagnostics port, and leaves nothing
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_worker_leaves_nothing_in_the_temp_folder(bool projectForNativeAot)
    {
        using var folder = new TempFolder();
        using var settings = new TempFolder();
        Launch launch = projectForNativeAot
            ? OtherRuntimeSettings.Launch(
                settings,
                new() { ["System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported"] = false, ["System.Diagnostics.Tracing.EventSource.IsSupported"] = false },
                "--ProcessManager:ProcessCount=1")
            : new Launch { Arguments = ["--ProcessManager:ProcessCount=1"] };
        launch.Environment["TMPDIR"] = folder.Path;
        await using Managed managed = Managed.Launch(output, launch);
        await managed.Ready();
        int worker = managed.Workers[0];
        Directory.GetFiles(folder.Path, $"*-{worker}-*").Should().NotBeEmpty();
        Native.Send(worker, Native.Kill);
        await managed.Log.Find(@"ProcManager\.TestWorker: manager .* ended with SIGKILL \(Crashed\)");
        Directory.GetFiles(folder.Path, $"*-{worker}-*").Should().BeEmpty();
    }

    [Fact]
    public async Task Nor_do_the_tests_themselves_when_they_kill_a_manager()
    {
        int[] pids;
        await using (Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1"))
        {
            pids = [managed.Pid, .. managed.Workers];
            Directory.GetFiles(Path.GetTempPath(), $"*-{managed.Pid}-*").Should().NotBeEmpty();
            managed.Signal(Native.Kill);
            await managed.NobodyLeft();
        }

        pids.SelectMany(static p => Directory.GetFiles(Path.GetTempPath(), $"*-{p}-*")).Should().BeEmpty();
    }
#endif

    [Fact]
    public async Task What_a_killed_worker_had_started_goes_with_it()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=00:00:00.500");
        int child = int.Parse(await managed.Client.Get("/background?s=300"));
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        await Until.True(() => !Native.IsAlive(child), "the worker's child is gone");
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    private static ulong Mask(string status, string name) =>
        Convert.ToUInt64(status.Split('\n').First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Trim(), 16);
}
