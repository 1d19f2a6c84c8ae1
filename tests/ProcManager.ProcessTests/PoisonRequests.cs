using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Requests that crash their worker. A crash costs its own request, never the pool.</summary>
[Trait("Row", "core")]
public class PoisonRequests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("/crash", 0)]
    [InlineData("/throw", 0)]
    [InlineData("/throw", 1)]
    public async Task Many_in_a_row_cost_the_other_clients_nothing(string poison, int standby)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=3", "--ProcessManager:CrashLimit=1", $"--ProcessManager:StandbyCount={standby}", "--events=yes");
        var load = new Load(managed.Client, keep: false, clients: 2);
        for (int i = 1; i <= 12; i++)
        {
            await managed.Client.Invoking(c => c.GetAnswer(poison)).Should().ThrowAsync<Exception>();
            await managed.Log.FindCount(@"event exited \d \d+ cause=Crashed", i);
        }

        await load.End(kill: 0);
        load.Answered.Should().BePositive();
        managed.Count("crash loop").Should().Be(0);
        await managed.Log.FindCount(@"worker \d+ \(pid \d+\) (is ready|takes over)", 3 + 12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_place_is_taken_when_the_crash_begins_however_long_it_takes(int standby)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:StandbyCount={standby}", "--events=yes");
        int pid = int.Parse(await managed.Client.Get("/pid"), CultureInfo.InvariantCulture);
        Task poisoned = managed.Client.GetAnswer("/throw?ms=60000").ContinueWith(static _ => { }, TaskScheduler.Default);

        await managed.Log.Find($@"worker 0 \(pid {pid}\) has begun to crash; its place is given to another now");
        string other = await managed.Client.Get("/pid");

        other.Should().NotBe(pid.ToString(CultureInfo.InvariantCulture));
        Native.IsAlive(pid).Should().BeTrue("its crash takes a minute");
        Native.Send(pid, Native.Kill);
        await managed.Log.Find($"event exited 0 {pid} cause=Crashed code= signal=9");
        await poisoned;
    }
}
