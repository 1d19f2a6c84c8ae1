using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

public class WaysToServe(ITestOutputHelper output)
{
    [Fact]
    [Trait("Row", "core")]
    public async Task A_host_that_waits_elsewhere_says_Ready_and_is_let_out_by_Stopping()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--loop=stopping");
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Count("^stopping fired in [01]$").Should().Be(2);
        managed.Count("^clean-up of Worker [01]$").Should().Be(2);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("runasync")]
    [Trait("Row", "A2.2")]
    public async Task Run_and_RunAsync_give_0_back_in_the_manager_and_in_each_worker(string enter)
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1"], // one pipe, so that the order of the lines is the program's
            Arguments = ["--ProcessManager:ProcessCount=2", $"--enter={enter}", "--loop=sync"],
        });
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Count($"^{enter} returned 0 in Worker$").Should().Be(2);
        managed.Count($"^{enter} returned 0 in Manager$").Should().Be(1);
        managed.Log.Lines[^1].Should().Be($"{enter} returned 0 in Manager");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("runasync")]
    [Trait("Row", "A2.2")]
    public async Task Run_and_RunAsync_give_1_back_in_the_manager_when_a_worker_had_to_be_killed(string enter)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=00:00:00.2", $"--enter={enter}", "--commands=yes");
        Task<string> lost = managed.Client.Get($"/wait?file={folder.File("never")}");
        await managed.StatesAre("r");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(1);
        managed.Count($"^{enter} returned 1 in Manager$").Should().Be(1);
        await FluentActions.Awaiting(() => lost).Should().ThrowAsync<IOException>();
    }
}
