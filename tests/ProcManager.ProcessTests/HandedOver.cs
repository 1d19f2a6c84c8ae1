using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "D9")]
[Trait("Row", "D10")]
[Trait("Row", "D15")]
public class HandedOver(ITestOutputHelper output)
{
    private static readonly string[] One = ["--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes"];

    [Fact]
    public async Task A_child_that_was_handed_over_is_reaped_without_a_word()
    {
        await using Managed managed = await Managed.Start(output, One);
        managed.Command("adopt /bin/sleep 0.2");
        int pid = int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value);
        await Until.True(() => Native.State(pid) is null, "it is reaped, not a zombie");
        managed.Count($@"procmanager: .*{pid}").Should().Be(0);
    }

    [Theory]
    [InlineData("adopt")]
    [InlineData("adopt-process")]
    public async Task It_gets_TERM_when_the_manager_stops_which_waits_for_it(string command)
    {
        await using Managed managed = await Managed.Start(output, One);
        managed.Command($"{command} /bin/sleep 60");
        int pid = int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Native.IsAlive(pid).Should().BeFalse();
    }

    [Fact]
    public async Task One_that_does_not_hear_TERM_is_killed_after_the_die_time_out()
    {
        using var folder = new TempFolder();
        string deaf = folder.Write("deaf", "#!/bin/sh\ntrap '' TERM\necho deaf > \"$1\"\nwhile :; do read x < \"$2\"; done\n");
        File.SetUnixFileMode(deaf, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using Managed managed = await Managed.Start(output, [.. One, "--ProcessManager:DieTimeout=00:00:00.500"]);
        using var fifo = System.Diagnostics.Process.Start("/usr/bin/mkfifo", folder.File("fifo"))!;
        await fifo.WaitForExitAsync();
        managed.Command($"adopt {deaf} {folder.File("ready")} {folder.File("fifo")}");
        int pid = int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value);
        await Until.True(() => File.Exists(folder.File("ready")), "it ignores TERM");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Native.IsAlive(pid).Should().BeFalse();
    }

    [Fact]
    public async Task A_strangers_process_is_refused()
    {
        await using Managed managed = await Managed.Start(output, One);
        managed.Command("adopt-pid 1");
        await managed.Log.Find("ArgumentException: Process 1 is no child of this process");
    }

    [Fact]
    public async Task A_shutdown_from_code_stops_gracefully_and_called_twice_kills_nobody()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, One);
        Task<Answer> busy = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await managed.StatesAre("r");
        managed.Command("shutdown");
        managed.Command("shutdown");
        await managed.StatesAre("d");
        File.WriteAllText(folder.File("go"), "");
        (await busy).Body.Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_worker_may_shut_the_pool_down()
    {
        await using Managed managed = await Managed.Start(output, [.. One, "--ProcessManager:ProcessCount=3"]);
        (await managed.Client.Get("/shutdown")).Should().Be("shutting down");
        (await managed.Exit()).Should().Be(0);
        managed.Count("event exited .* cause=Stopped code=0").Should().Be(3);
    }

    [Fact]
    public async Task The_host_is_told_in_this_order()
    {
        await using Managed managed = await Managed.Start(output, One);
        managed.Signal(Native.Term);
        await managed.Exit();
        managed.Log.Lines.Where(static l => l.StartsWith("event ", StringComparison.Ordinal)).Select(static l => l.Split(' ')[1])
            .Should().Equal("managing", "started", "ready", "pool", "shutting", "exited");
    }
}
