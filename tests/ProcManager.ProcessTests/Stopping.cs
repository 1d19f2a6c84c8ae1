using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A2.2")]
public class Stopping(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Native.Term)]
    [InlineData(Native.Int)]
    [InlineData(Native.Quit)]
    public async Task An_idle_pool_stops_with_exit_code_0_and_the_pid_file_is_gone(int signal)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", $"--ProcessManager:PidFile={folder.File("app.pid")}");
        File.ReadAllText(folder.File("app.pid")).Should().Be($"{managed.Pid}\n");
        managed.Signal(signal);
        (await managed.Exit()).Should().Be(0);
        File.Exists(folder.File("app.pid")).Should().BeFalse();
        await managed.NobodyLeft(1);
    }

    [Fact]
    [Trait("Row", "A1.8")]
    public async Task A_request_under_way_is_answered_and_the_pid_file_stays_until_the_last_worker_is_gone()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", $"--ProcessManager:PidFile={folder.File("app.pid")}");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.FindCount(@"\): draining for the stop", 2);
        await managed.Log.Find("ended with exit code 0");
        File.Exists(folder.File("app.pid")).Should().BeTrue();
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
        File.Exists(folder.File("app.pid")).Should().BeFalse();
    }

    [Fact]
    public async Task A_worker_that_does_not_leave_is_killed_after_the_die_timeout_and_the_manager_exits_with_1()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:01");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find(@"is killed \(DieTimeout\): it began to drain and has not exited after 1 s");
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task A_stopped_worker_cannot_hold_up_the_manager()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:01");
        int worker = managed.Workers[0];
        Native.Send(worker, Native.Stop);
        await Until.True(() => Native.State(worker) == 'T', "the worker is stopped");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        await managed.NobodyLeft(1);
    }

    [Fact]
    [Trait("Row", "A2.3")]
    public async Task A_second_TERM_kills_at_once()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("stopping");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find("told to stop again");
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    [Fact]
    [Trait("Row", "A2.10")]
    public async Task Without_a_die_timeout_the_manager_waits_for_ever()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("draining for the stop");

        // No deadline, so the manager sleeps without one: its poll has no end.
        await Until.True(() => Native.ReadOrEmpty($"/proc/{managed.Pid}/syscall").Split(' ') is ["7", _, _, "0xffffffff", ..], "the manager waits without a timeout");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_reload_abandons_it_and_is_no_failure()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--events=yes", $"--boot-file={folder.File("boot")}");
        folder.Write("boot", "hang");
        managed.Signal(Native.Hup);
        await managed.Log.Find(@"worker 2 \(pid \d+\) was started, generation 2");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        await managed.Log.Find("reload to generation 2 is abandoned: the manager is stopping");
        await managed.ReloadFinished("Abandoned", 2, "the manager is stopping");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("failed"));
    }

    [Fact]
    public async Task A_HUP_while_stopping_is_ignored()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("stopping");
        managed.Signal(Native.Hup);
        await managed.Log.Find("a reload is ignored: the manager is stopping");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().NotContain(static l => l.Contains("generation 2"));
    }

    [Fact]
    public async Task TERM_to_every_process_of_the_pool_at_once_is_a_clean_stop()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4");
        foreach (int pid in new[] { managed.Pid }.Concat(managed.Workers))
        {
            Native.TrySend(pid, Native.Term); // the manager may have ended a worker by then
        }

        (await managed.Exit()).Should().Be(0);
        await managed.NobodyLeft(1);
    }
}
