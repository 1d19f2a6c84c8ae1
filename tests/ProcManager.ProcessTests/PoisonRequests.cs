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

#if !NATIVE_AOT // which has no createdump
    [Fact]
    public async Task A_crash_without_an_exception_has_lost_its_place_while_its_dump_is_still_being_written()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1"],
            Environment = new() { ["DOTNET_DbgEnableMiniDump"] = "1", ["DOTNET_DbgMiniDumpType"] = "4", ["DOTNET_DbgMiniDumpName"] = folder.File("dump") },
        });
        await managed.Ready();
        await managed.Client.Get("/leak?MB=400");
        Task poisoned = managed.Client.GetAnswer("/crash").ContinueWith(static _ => { }, TaskScheduler.Default);

        await managed.Log.Find("worker 0 .* has begun to crash; its place is given to another now");
        await managed.Log.Find(@"worker 1 \(pid \d+\) is ready");
        await managed.Log.Find(@"worker 0 \(pid \d+\) ended with SIGABRT(, core dumped)? \(Crashed\)");
        await poisoned;

        managed.Log.Lines.TakeWhile(static l => !l.Contains("ended with SIGABRT", StringComparison.Ordinal)).Should().Contain(static l => l.Contains("worker 1", StringComparison.Ordinal) && l.Contains("is ready", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/throw")]
    [InlineData("/crash")] // without an exception
    public async Task A_dump_that_is_being_written_is_not_cut_off_by_the_stop(string poison)
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=00:00:00.01", "--events=yes"],
            Environment = new()
            {
                ["DOTNET_DbgEnableMiniDump"] = "1",
                ["DOTNET_DbgMiniDumpType"] = "4",
                ["DOTNET_DbgMiniDumpName"] = folder.File("dump.%p"),
            },
        });
        await managed.Ready();
        await managed.Client.Get("/leak?MB=200");
        string dump = folder.File($"dump.{await managed.Client.Get("/pid")}");
        Task poisoned = managed.Client.GetAnswer(poison).ContinueWith(static _ => { }, TaskScheduler.Default);
        await Until.True(() => File.Exists(dump), "the dump is begun");

        managed.Signal(Native.Term);

        await managed.Log.Find("stopping: ");
        (await managed.Exit()).Should().BeOneOf(0, 1);
        await managed.Log.Find("Dump successfully written");
        new FileInfo(dump).Length.Should().BeGreaterThan(200 << 20);
        managed.Count("is not killed yet: a dump of its memory is being written").Should().BeInRange(0, 1, "a crash that the manager knows of has five seconds of its own first");
        await poisoned;
    }
#endif
}
