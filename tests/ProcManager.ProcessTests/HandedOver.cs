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
        managed.Count($@"(manager|worker \d+) \(pid .*\b{pid}\b").Should().Be(0);
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

    [Theory]
    [InlineData("adopt", "no")]
    [InlineData("adopt", "yes")]
    [InlineData("adopt-process", "no")]
    [InlineData("adopt-process", "yes")]
    public async Task One_that_was_handed_over_before_managing_began_is_looked_after_as_well(string command, string noPidFd)
    {
        await using Managed managed = await Managed.Start(output, [.. One, $"--adopt-before={command} /bin/sleep 60", $"--no-pidfd={noPidFd}"]);
        int pid = int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value);
        Native.IsAlive(pid).Should().BeTrue();
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Native.IsAlive(pid).Should().BeFalse();
    }

    [Theory]
    [InlineData("adopt", "no")]
    [InlineData("adopt", "yes")]
    [InlineData("adopt-process", "no")]
    public async Task One_that_has_ended_before_managing_began_keeps_nobody_from_stopping(string command, string noPidFd)
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = [.. One, $"--adopt-before={command} /bin/sleep 0.1 ended", $"--no-pidfd={noPidFd}"],
        });
        await managed.Ready();
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task One_that_there_was_no_descriptor_for_is_looked_after_all_the_same()
    {
        await using Managed managed = await Managed.Start(output, One);
        ulong free = (ulong)Enumerable.Range(0, 1000).First(n => !Path.Exists($"/proc/{managed.Pid}/fd/{n}"));
        free.Should().BeGreaterThan(8, "a child of the manager has this limit too, and needs some");
        ulong limit = Native.LimitDescriptors(managed.Pid, free);
        managed.Command("adopt /bin/sleep 60");
        int pid = int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value);
        managed.Command("scale 2"); // what the manager does about it tells that it has been there
        await managed.Log.Find("2 workers are wanted now");
        _ = Native.LimitDescriptors(managed.Pid, limit);
        Native.Send(pid, Native.Kill);
        await Until.True(() => Native.State(pid) is null, "it is reaped");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
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
    public async Task Each_worker_is_told_once_that_it_begins()
    {
        await using Managed managed = await Managed.Start(output, [.. One, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00"]);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        string[] Of(string what) => [.. managed.Log.Lines.Where(l => l.StartsWith($"event {what} ", StringComparison.Ordinal)).Select(static l => string.Join(' ', l.Split(' ')[2..4])).Order()];
        Of("begins").Should().HaveCount(4).And.Equal(Of("started"));
    }

    [Fact]
    public async Task The_host_is_told_in_this_order()
    {
        await using Managed managed = await Managed.Start(output, One);
        managed.Signal(Native.Term);
        await managed.Exit();
        managed.Log.Lines.Where(static l => l.StartsWith("event ", StringComparison.Ordinal)).Select(static l => l.Split(' ')[1])
            .Where(static e => e != "begins") // by the worker, at the same time
            .Should().Equal("managing", "started", "ready", "pool", "shutting", "exited");
    }
}
