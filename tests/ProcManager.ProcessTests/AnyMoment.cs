using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Signals at moments nobody chose. The seed is in the output; the offsets are what the tests are about.</summary>
public class AnyMoment(ITestOutputHelper output)
{
    private readonly Random _random = Seeded(output);

    [Fact]
    [Trait("Row", "A2.2")]
    public async Task TERM_at_any_moment_of_a_start_leaves_nobody_and_no_pid_file()
    {
        using var folder = new TempFolder();
        for (int i = 0; i < Volume.Of(nativeAot: 40, coreClr: 15); i++)
        {
            await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=3", $"--ProcessManager:PidFile={folder.File("app.pid")}"] });
            await Task.Delay(_random.Next(400));
            Native.Send(managed.StartedPid, Native.Term);

            // 143: before Manage there is no handler yet, and no worker.
            (await managed.Exit()).Should().BeOneOf(0, 128 + Native.Term);
            await managed.NobodyLeft(5);
            File.Exists(folder.File("app.pid")).Should().BeFalse();
        }
    }

    [Fact]
    [Trait("Row", "A2.1")]
    [Trait("Row", "A2.2")]
    public async Task TERM_at_any_moment_of_a_reload_is_a_clean_stop()
    {
        for (int i = 0; i < Volume.Of(nativeAot: 20, coreClr: 8); i++)
        {
            await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.030");
            managed.Signal(Native.Hup);
            await Task.Delay(_random.Next(400));
            managed.Signal(Native.Term);
            (await managed.Exit()).Should().Be(0);
            await managed.NobodyLeft(5);
        }
    }

    [Fact]
    [Trait("Row", "A2.4")]
    public async Task TERM_between_the_end_of_a_request_and_the_wait_is_never_only_a_flag()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CrashLimit=100000");
        var clock = new Stopwatch();
        for (int i = 0; i < Volume.Of(nativeAot: 1000, coreClr: 50); i++)
        {
            Answer answer = await managed.Client.GetAnswer("/");
            Spin(_random.Next(300));
            if (Native.TrySend(answer.Pid, Native.Term))
            {
                clock.Restart();
                await Until.True(() => !Native.IsAlive(answer.Pid), "the worker is gone", 5);
            }
        }

        managed.Log.Lines.Should().NotContain(static l => l.Contains("is killed ("));
    }

    [Fact]
    [Trait("Row", "A2.1")]
    public async Task A_storm_of_HUPs_ends_in_a_whole_pool_after_few_reloads()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.300", "--events=yes", "--commands=yes");
        for (int i = 0; i < 50; i++)
        {
            managed.Signal(Native.Hup);
            await Task.Delay(20);
        }

        await managed.Log.Find("event reload Succeeded 3");
        await Until.True(
            async () =>
            {
                int from = managed.Log.Count;
                managed.Command("ends");
                return (await managed.Log.Find("^ends .* reload (\\w+) ", from)).Groups[1].Value == "Succeeded";
            },
            "no reload is under way");
        managed.Log.Lines.Count(static l => l.StartsWith("event reload Succeeded", StringComparison.Ordinal)).Should().BeInRange(2, 6);
        managed.Workers.Should().HaveCount(2);
    }

    private static Random Seeded(ITestOutputHelper output)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private static void Spin(int microseconds)
    {
        long until = Stopwatch.GetTimestamp() + (microseconds * Stopwatch.Frequency / 1_000_000);
        while (Stopwatch.GetTimestamp() < until)
        {
            Thread.SpinWait(5);
        }
    }
}
