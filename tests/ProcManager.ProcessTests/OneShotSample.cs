using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The sample OneShot: a calculation of a stranger in a process of its own.</summary>
[Trait("Row", "D3")]
public class OneShotSample(ITestOutputHelper output)
{
    [Fact]
    public async Task A_calculation_that_leaks_crashes_hangs_or_changes_its_process_affects_no_other()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Program = Places.OneShot, Arguments = ["--port=0", "--ProcessManager:RequestTimeout=4s", "--ProcessManager:StartLeisure=00:00:00"] });
        await managed.Ready();
        string before = await managed.Client.Get("/cwd");
        (await managed.Client.Get("/calc?2*(3+4)^5-100/3")).Should().Be("33581\n");
        Task hangs = managed.Client.Lost("/hang");
        Task endless = managed.Client.Lost("/calc?9^9^8");
        (await managed.Client.Get("/chdir")).Should().Be("/\n");
        (await managed.Client.Get("/cwd")).Should().Be(before).And.NotBe("/\n");
        for (int i = 0; i < 2; i++)
        {
            (await managed.Client.Get("/leak")).Should().Be("keeps 1 x 100 MiB\n");
        }

        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await FluentActions.Awaiting(() => managed.Client.Get("/calc?1/0")).Should().ThrowAsync<IOException>();
        (await managed.Client.GetAnswer("/nothing")).Status.Should().Be("404 Not Found");
        await managed.Log.Find("is hung .*GET /hang");
        await managed.Log.Find(@"is hung .*GET /calc\?9\^9\^8|^Out of memory\."); // whichever limit it reaches first
        await Task.WhenAll(hangs, endless);
        (await managed.Client.Get("/calc?7")).Should().Be("7\n");
        managed.Count("crash loop").Should().Be(0);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }
}
