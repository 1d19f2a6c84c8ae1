using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A crash of which CoreCLR writes a dump (createdump), which takes its time.</summary>
[Trait("Row", "core")]
public class DumpsOfPoison(ITestOutputHelper output)
{
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
}
