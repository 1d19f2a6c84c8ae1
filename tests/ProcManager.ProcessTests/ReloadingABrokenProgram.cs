using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A2.1")]
public class ReloadingABrokenProgram(ITestOutputHelper output)
{
    [Theory]
    [InlineData("exit 3", "worker 2 ended with exit code 3 before it was ready")]
    [InlineData("leave", "worker 2 left by itself before it was ready")]
    [InlineData("abort", "worker 2 ended with SIGABRT.* before it was ready")]
    [InlineData("hang", "worker 2 was not ready within the start timeout")]
    [InlineData("die-soon 100", "worker 2 ended with exit code 7")]
    public async Task The_old_workers_go_on_and_a_good_program_later_is_taken(string boot, string reason)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:StartTimeout=00:00:04", "--events=yes", $"--boot-file={folder.File("boot")}");
        IReadOnlyList<int> old = managed.Workers;
        folder.Write("boot", boot);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2, reason);
        await managed.Log.Find($"reload to generation 2 failed, the workers that serve go on: {reason}.* Look at what the new workers wrote to standard error");
        await Until.True(() => managed.Workers.Count == 2, "the new one is gone");
        managed.Workers.Should().Equal(old);
        managed.Count("draining").Should().Be(0);
        (await managed.Snapshot()).Should().MatchRegex($@"reload Failed \[{reason}\]").And.Contain("generation 1 state");

        folder.Write("boot", "");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 3);
        managed.Workers.Should().HaveCount(2).And.NotIntersectWith(old);
        (await managed.Snapshot()).Should().Contain("reload Succeeded []");
    }

    [Fact]
    public async Task New_workers_beyond_the_wanted_number_are_taken_back_when_one_of_them_fails()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=3", "--ProcessManager:MaxSurge=2", "--ProcessManager:CanaryTime=00:00:00.1", "--events=yes", $"--boot-file={folder.File("boot")}");
        // The first worker that leaves for the reload is that of slot 0, and another one takes its slot.
        folder.Write("boot", $"in-slot 4 wait {folder.File("go")} exit 3; in-slot 0 hang");
        managed.Signal(Native.Hup);
        await managed.Log.Find("hanging at start");
        folder.Write("go", "");
        await managed.ReloadFinished("Failed", 2, "worker 4 ended with exit code 3");
        await managed.Log.Find(@"event exited 0 \d+ cause=TakenBack (code=0 |code= signal=15 )");
        await Until.True(async () => (await managed.Client.Get("/states")).Trim().Replace(" ", "", StringComparison.Ordinal).Length == 3, "three are left");
        managed.Count("event exited .* cause=Reload").Should().Be(1, "one had left for the first new worker");
        managed.Readiness().Fewest.Should().Be(3);
    }

    [Fact]
    public async Task A_program_file_that_a_deploy_has_deleted_fails_the_reload_only()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Program = program,
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.1", "--events=yes"],
        });
        await managed.Ready();
        IReadOnlyList<int> old = managed.Workers;
        File.Move(program, program + ".away");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2, @"could not be started: posix_spawn\(.*No such file");
        managed.Workers.Should().Equal(old);
        (await managed.Client.Get("/states")).Should().HaveLength(2);

        File.Move(program + ".away", program);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 3);
        managed.Workers.Should().HaveCount(2).And.NotIntersectWith(old);
    }

    [Fact]
    public async Task A_listener_that_only_the_new_program_asks_for_fails_the_reload_with_a_clear_line()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--events=yes", $"--listeners-file={folder.File("listeners")}");
        IReadOnlyList<int> old = managed.Workers;
        folder.Write("listeners", "admin");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2, "before it was ready");
        await managed.Log.Find(@"Listener 'admin' was not bound by the manager, which has: 'http'\. A new listener takes a restart of the manager\.");
        await managed.Log.Find("event exited 2 "); // the reload has failed when the crash began
        managed.Workers.Should().Equal(old);
    }
}
