using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "B8")]
public class WatchdogLadders(ITestOutputHelper output)
{
    private static string[] With(string ladder, params string[] more) =>
        ["--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:WatchdogGrace=00:00:00.500", "--ProcessManager:ProcessCount=1", $"--ProcessManager:WatchdogLadder={ladder}", "--events=yes", "--commands=yes", .. more];

    [Theory]
    [InlineData("/hang", "Blocked")]
    [InlineData("/deadlock", "Blocked")]
    [InlineData("/spin?ms=60000", "Spinning")]
    public async Task It_is_named_logged_looked_into_asked_and_then_killed(string path, string kind)
    {
        await using Managed managed = await Managed.Start(output, With("Log, Capture, Terminate, Kill"));
        Task hanging = managed.Client.Lost(path);
        await managed.Log.Find($@"worker 0 \(pid \d+\) is hung \({kind}\): GET {path.Replace("?", @"\?")} from");
        await managed.Log.Find(@"worker 0 \(pid \d+\) hangs here: \d+ threads of process \d+:");
        await managed.Log.Find(@"  thread \d+ .*: state [SR], waits in ");
        await managed.Log.Find(@"worker 0 \(pid \d+\): draining \(hung request, ");
        await managed.Log.Find(@"worker 0 \(pid \d+\) is killed \(Hung\): its request has taken [12](?:\.\d+)? s");
        await managed.Log.Find("event exited 0 .* cause=Hung code= signal=9");
        await managed.Log.FindCount("event ready", 2);
        await hanging;
    }

    [Fact]
    public async Task One_whose_request_ends_after_it_was_asked_leaves_by_itself()
    {
        await using Managed managed = await Managed.Start(output, With("Log, Terminate, Kill", "--ProcessManager:WatchdogGrace=00:00:30"));
        (await managed.Client.GetAnswer("/sleep?ms=1800")).Body.Should().Be("slept 1800");
        await managed.Log.Find("event exited 0 .* cause=Hung code=0");
        managed.Count("is killed").Should().Be(0);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task A_starved_thread_pool_does_not_keep_TERM_from_it(string loop)
    {
        await using Managed managed = await Managed.Start(
            output, With("Log, Terminate, Kill", "--ProcessManager:WatchdogGrace=00:00:30", "--ProcessManager:RequestTimeout=00:00:02", $"--loop={loop}"));
        int pid = (await managed.Client.GetAnswer("/starve?ms=2500")).Pid;
        await managed.Log.Find($"event exited 0 {pid} cause=Hung code=0");
        managed.Count("is killed").Should().Be(0);
    }

    [Fact]
    public async Task A_stopped_one_is_named_and_killed_without_being_asked_first()
    {
        await using Managed managed = await Managed.Start(output, With("Log, Terminate, Kill", "--ProcessManager:WatchdogGrace=00:00:30"));
        Task stopped = managed.Client.Lost("/stop");
        await managed.Log.Find(@"worker 0 \(pid \d+\) is hung \(Stopped\): GET /stop from");
        await managed.Log.Find("event exited 0 .* cause=Hung code= signal=9");
        managed.Count(@": draining \(hung request, ").Should().Be(0);
        await stopped;
    }

    [Fact]
    public async Task One_that_the_kernel_holds_is_named_and_killed_once()
    {
        using var folder = new TempFolder();
        using var fifo = System.Diagnostics.Process.Start("/usr/bin/mkfifo", folder.File("fifo"))!;
        await fifo.WaitForExitAsync();
        await using Managed managed = await Managed.Start(output, With("Log, Capture, Terminate, Kill", "--ProcessManager:WatchdogGrace=00:00:30"));
        Task held = managed.Client.Lost($"/kernel?fifo={folder.File("fifo")}");
        await managed.Log.Find(@"worker 0 \(pid \d+\) is hung \(Uninterruptible\)");
        await managed.Log.Find(@"  thread \d+ .*: state D, waits in ");
        await managed.Log.Find(@"worker 0 \(pid \d+\) ended with SIGKILL \(Hung\)"); // this wait can be ended by KILL; the line comes behind those below
        managed.Count(@": draining \(hung request, ").Should().Be(0);
        await managed.Says(@"is killed \(Hung\)", 1);
        await held; // the child that it waited for has gone with its group
    }

    [Fact]
    public async Task What_is_found_goes_into_a_file_that_only_its_owner_may_read()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, With("Log, Capture, Kill", $"--ProcessManager:CaptureFolder={folder.Path}"));
        Task hanging = managed.Client.Lost("/hang");
        string file = (await managed.Log.Find(@"worker 0 \(pid \d+\): where it hangs is in (\S+)")).Groups[1].Value;
        File.ReadAllText(file).Should().MatchRegex(@"^\d+ threads of process \d+:\n  thread ");
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await hanging;
    }

    [Fact]
    public async Task One_is_kept_for_a_debugger_out_of_the_pool_and_the_next_is_killed()
    {
        using var folder = new TempFolder();
        string told = folder.File("told");
        string command = folder.Write("command", $"#!/bin/sh\necho \"$1 $2 $3\" > {told}.new && mv {told}.new {told}\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using Managed managed = await Managed.Start(output, With("Log, Keep", $"--ProcessManager:KeepCommand={command}"));
        int kept = managed.Workers.Single();
        Task hanging = managed.Client.Lost("/hang?a b");
        await managed.Log.Find($@"worker 0 \(pid {kept}\) is hung and kept for a debugger");
        await managed.Log.Find(@"the command for kept workers, .* ended with exit code 0");
        File.ReadAllText(told).Should().Be($"{kept} 0 GET /hang?a\n");
        await managed.Log.FindCount("event ready", 2);
        (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(kept);
        Native.IsAlive(kept).Should().BeTrue();

        Task second = managed.Client.Lost("/hang");
        await managed.Log.Find(@"worker 1 \(pid \d+\) is hung and not kept: KeepLimit \(1\) is reached");
        await managed.Log.Find("event exited 1 .* cause=Hung code= signal=9");
        Native.IsAlive(kept).Should().BeTrue();

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Native.IsAlive(kept).Should().BeFalse("the manager leaves nobody behind");
        await Task.WhenAll(hanging, second);
    }

    [Theory]
    [InlineData("Log, Dump, Kill", 1)]
    [InlineData("Log, Capture, Kill", 0)]
    public async Task A_dump_that_nobody_will_write_is_told_when_managing_begins(string ladder, int lines)
    {
        await using Managed managed = await Managed.Start(output, With(ladder));
        managed.Count(@"WatchdogLadder has Dump, but no dump will be written: .* Add the package ProcManager\.Diagnostics").Should().Be(lines);
    }

    [Fact]
    public async Task A_ladder_that_ends_without_an_end_is_refused()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = With("Log, Terminate") });
        await managed.Log.Find("ProcessManager:WatchdogLadder is Log, Terminate; allowed: .* at the end either Kill or Keep");
        (await managed.Exit()).Should().Be(78);
    }

    [Fact]
    public async Task A_new_program_that_hangs_in_its_first_request_fails_the_reload()
    {
        await using Managed managed = await Managed.Start(output, With("Log, Kill", "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:05"));
        managed.Signal(Native.Hup);
        await managed.Log.Find("event ready 2");
        Task[] hanging = [.. Enumerable.Range(0, 3).Select(_ => managed.Client.Lost("/hang"))];
        await managed.ReloadFinished("Failed", 2, "worker 2 hangs in a request");
        await Task.WhenAll(hanging);
    }
}
