using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

public class Managing(ITestOutputHelper output)
{
    [Fact]
    [Trait("Row", "A1.1")]
    public async Task The_started_process_becomes_the_manager_and_workers_come_back_to_serve()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3");
        managed.Pid.Should().Be(managed.StartedPid);
        managed.Workers.Should().HaveCount(3);
        Answer answer = await managed.Client.GetAnswer("/");
        managed.Workers.Should().Contain(answer.Pid);
        answer.Pid.Should().NotBe(managed.Pid);
        answer.Body.Should().StartWith("Hello from worker");
    }

    [Fact]
    [Trait("Row", "A1.2")]
    public async Task With_a_count_of_0_one_plain_process_serves_and_no_signal_handler_is_installed()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=0"] });
        string address = (await managed.Log.Find("^listening (.*)")).Groups[1].Value;
        using var client = new Client(address);
        (await client.GetAnswer("/")).Pid.Should().Be(managed.StartedPid);
        (await client.Get("/")).Should().StartWith("Hello");
        Native.Children(managed.StartedPid).Should().BeEmpty();
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(128 + Native.Term);
    }

    [Fact]
    [Trait("Row", "A1.3")]
    public async Task A_missing_worker_is_started_and_the_start_delay_lies_between_two_starts()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=3", "--ProcessManager:StartDelay=00:00:01.500", "--events=yes"] });
        var times = new List<long>();
        for (int slot = 0; slot < 3; slot++)
        {
            await managed.Log.Find($"event started {slot} ");
            times.Add(Environment.TickCount64);
        }

        (times[1] - times[0]).Should().BeGreaterThan(1000);
        (times[2] - times[1]).Should().BeGreaterThan(1000);
        await managed.Ready();
    }

    [Theory]
    [Trait("Row", "A1.4")]
    [InlineData("/exit?code=3", "exit code 3", "code=3 signal= core=False")]
    [InlineData("/exit?code=255", "exit code 255", "code=255 signal= core=False")]
    [InlineData("/crash", "SIGABRT", "code= signal=6")]
    public async Task A_worker_that_ends_is_reported_with_its_exact_end_and_replaced(string path, string log, string fields)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes");
        int worker = managed.Workers[0];
        await FluentActions.Awaiting(() => managed.Client.Get(path)).Should().ThrowAsync<IOException>();
        await managed.Log.Find($@"worker 0 \(pid {worker}\) ended with {log}.* \(Crashed\) after [0-9.]+ m?s, 0 requests, [0-9.]+ m?s of CPU, [0-9.]+ MiB");
        var match = await managed.Log.Find($"event exited 0 {worker} cause=Crashed {fields}.* cpu=(\\d+) peak=(\\d+)");
#if NATIVE_AOT
        int.Parse(match.Groups[1].Value).Should().BeInRange(1, 5000);
        long.Parse(match.Groups[2].Value).Should().BeInRange(2_000_000, 500_000_000);
#else
        int.Parse(match.Groups[1].Value).Should().BeInRange(10, 5000);
        long.Parse(match.Groups[2].Value).Should().BeInRange(10_000_000, 500_000_000);
#endif
        await managed.Log.FindCount("event ready", 2);
        managed.Command("ends");
        await managed.Log.Find($"ends 1 crashes 1 .*ProcessId = {worker}, .*Cause = Crashed");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    [Trait("Row", "A1.4")]
    public async Task All_workers_killed_at_once_come_back()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4");
        foreach (int worker in managed.Workers)
        {
            Native.Send(worker, Native.Kill);
        }

        await managed.Log.FindCount(@"ended with SIGKILL \(Crashed\)", 4);
        await managed.Log.FindCount("is ready", 8);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    [Trait("Row", "A1.5")]
    public async Task The_hosts_own_children_keep_their_exit_codes()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=3", "--ProcessManager:CrashLimit=1000", "--host-children=300"] });
        await managed.Ready();
        for (int i = 0; i < 10; i++)
        {
            Native.TrySend(managed.Workers[0], Native.Kill);
            await managed.Log.FindCount(@"ended with SIGKILL \(Crashed\)", i + 1);
            await managed.Log.FindCount("is ready", 4 + i);
        }

        await managed.Log.Find("host children 300 wrong 0$", seconds: 60);
    }

    [Fact]
    [Trait("Row", "A1.6")]
    public async Task It_works_when_CHLD_HUP_and_TERM_came_in_ignored()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["env", "--ignore-signal=CHLD,HUP,TERM"], // a shell does not ignore CHLD for its children
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.050"],
        });
        await managed.Ready();
        await managed.Log.Find("SIGCHLD, SIGHUP.* came in ignored");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find(@"ended with SIGKILL \(Crashed\)");
        await managed.Log.FindCount("is ready", 3);
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "A3.4")]
    public async Task Random_generators_differ_in_each_worker()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:MaxRequests=1");
        var seen = new HashSet<string>();
        for (int i = 0; i < 6; i++)
        {
            foreach (string part in (await managed.Client.Get("/random")).Split(' '))
            {
                seen.Add(part).Should().BeTrue();
            }
        }
    }

}
