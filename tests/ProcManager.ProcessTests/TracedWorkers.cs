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
            tracer.Kill();
        }

        await Until.True(() => Native.State(pid) is null, "the manager reaps it");
        if (who == "worker")
        {
            await managed.Log.Find($"event exited 0 {pid} cause=Crashed code= signal=9");
        }
    }

    private static long Waits(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Select(static t => Native.ReadOrEmpty(t + "/status"))
        .Sum(static s => s.Length == 0 ? 0 : long.Parse(s.Split('\n').First(static l => l.StartsWith("voluntary", StringComparison.Ordinal)).Split(':')[1].Trim(), CultureInfo.InvariantCulture));
}
