using System.Diagnostics;
using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A debugger has the end of the process that it traces first; as long as it does not take it, there is nothing for the manager to reap.</summary>
[Trait("Row", "core")]
public class TracedWorkers(ITestOutputHelper output)
{
    private const string Tracer = """
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/ptrace.h>
        #include <unistd.h>
        int main(int n, char **a)
        {
            if (n < 2 || ptrace(PTRACE_SEIZE, atoi(a[1]), 0, 0) != 0) return 1;
            puts("traces");
            fflush(stdout);
            for (;;) pause();
        }
        """;

    [Theory]
    [InlineData("worker")]
    [InlineData("adopted")]
    public async Task An_end_that_a_debugger_holds_back_does_not_keep_the_manager_busy(string who)
    {
        using var folder = new TempFolder();
        string program = await Shims.CompileProgram(folder, "tracer", Tracer);
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes", "--adopt-before=adopt /bin/sleep 1000");
        int pid = who == "worker" ? managed.Workers.First(w => managed.Count($"event ready 0 {w}") > 0) : int.Parse((await managed.Log.Find(@"^adopted (\d+)")).Groups[1].Value, CultureInfo.InvariantCulture);
        using Process tracer = Process.Start(new ProcessStartInfo(program, [pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        try
        {
            (await tracer.StandardOutput.ReadLineAsync()).Should().Be("traces");
            Native.Send(pid, Native.Kill);
            await Until.True(() => Native.State(pid) == 'Z', "it has ended, and nobody has reaped it");
            TimeSpan before = Pool.CpuTime(managed.Pid);
            long waits = Waits(managed.Pid);
            await Task.Delay(1000); // what is looked for is what happens while nothing happens
            (Pool.CpuTime(managed.Pid) - before).Should().BeLessThan(TimeSpan.FromMilliseconds(300));
            (Waits(managed.Pid) - waits).Should().BeLessThan(100);
            Native.State(pid).Should().Be('Z');
        }
        finally
        {
            tracer.Kill(); // the end of a tracer lets go what it traces
        }

        await Until.True(() => Native.State(pid) is null, "the manager reaps it");
        if (who == "worker")
        {
            await managed.Log.Find($"event exited 0 {pid} cause=Crashed code= signal=9");
        }
    }

    /// <summary>Dead, yet its end cannot be heard of: what the kernel tells by the lock that a thread of it held is enough to take over.</summary>
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task One_that_stands_by_takes_over_before_the_dead_one_is_gone(string loop)
    {
        using var folder = new TempFolder();
        string program = await Shims.CompileProgram(folder, "tracer", Tracer);
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1", "--events=yes", $"--loop={loop}");
        await managed.Log.Find("stands by");
        int pid = (await managed.Client.GetAnswer("/pid")).Pid;
        using Process tracer = Process.Start(new ProcessStartInfo(program, [pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        try
        {
            (await tracer.StandardOutput.ReadLineAsync()).Should().Be("traces");
            Native.Send(pid, Native.Kill);
            (await managed.Client.GetAnswer("/pid")).Slot.Should().Be(1);
            await managed.Log.Find(@"worker 1 \(pid \d+\) takes over");
            await managed.Log.FindCount("stands by", 2); // the standby is renewed in its own time; the place is taken already
            managed.Count("event exited").Should().Be(0);
        }
        finally
        {
            tracer.Kill();
        }

        await managed.Log.Find($"event exited 0 {pid} cause=Crashed code= signal=9");
        managed.Count("takes over").Should().Be(1);
    }

    /// <summary>KILL ends what waits in the kernel here; that it stays all the same is the tracer's doing. To the manager it is one that not even KILL ends.</summary>
    [Fact]
    [Trait("Row", "B8")]
    public async Task One_that_the_kernel_holds_and_that_KILL_does_not_end_is_written_off_and_the_pool_goes_on()
    {
        using var folder = new TempFolder();
        string program = await Shims.CompileProgram(folder, "tracer", Tracer);
        using var fifo = Process.Start("/usr/bin/mkfifo", folder.File("fifo"))!;
        await fifo.WaitForExitAsync();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:WatchdogLadder=Log, Kill", "--events=yes");
        int pid = managed.Workers.Single();
        using Process tracer = Process.Start(new ProcessStartInfo(program, [pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        try
        {
            (await tracer.StandardOutput.ReadLineAsync()).Should().Be("traces");
            Task held = managed.Client.Lost($"/kernel?fifo={folder.File("fifo")}");
            await managed.Log.Find($@"worker 0 \(pid {pid}\) is hung \(Uninterruptible\)");
            await managed.Log.Find($@"worker 0 \(pid {pid}\) is killed \(Hung\)");
            await managed.Log.FindCount("event ready", 2);
            await managed.Log.Find($@"worker 0 \(pid {pid}\) is written off: not even KILL ends it");
            (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(pid);
            await managed.Says(@"is killed \(Hung\)", 1);
            managed.Count("event exited").Should().Be(0);
            await held;
        }
        finally
        {
            tracer.Kill();
        }

        await managed.Log.Find($"event exited 0 {pid} cause=Hung code= signal=9");
    }

    private static long Waits(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Select(static t => Native.ReadOrEmpty(t + "/status"))
        .Sum(static s => s.Length == 0 ? 0 : long.Parse(s.Split('\n').First(static l => l.StartsWith("voluntary", StringComparison.Ordinal)).Split(':')[1].Trim(), CultureInfo.InvariantCulture));
}
