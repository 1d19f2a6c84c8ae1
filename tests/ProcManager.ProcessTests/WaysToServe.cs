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

    [Fact]
    [Trait("Row", "core")]
    public async Task ServeAsync_serves_no_more_than_its_limit_at_once_and_ends_when_the_last_connection_has_ended()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--loop=serve", "--most=2");
        Task<Answer>[] under = [.. Enumerable.Range(0, 2).Select(i => managed.Client.GetAnswer($"/wait?file={folder.File($"go{i}")}"))];
        await Until.True(() => File.Exists(folder.File("go0.begun")) && File.Exists(folder.File("go1.begun")), "two are served at once");
        Task<Answer> third = managed.Client.GetAnswer("/pid");
        File.WriteAllText(folder.File("go0"), "");
        (await third).Body.Should().Be($"{managed.Workers.Single()}");

        managed.Signal(Native.Term);
        await managed.Log.Find("stopping: ");
        managed.Log.Lines.Should().NotContain(static l => l.StartsWith("the loop of", StringComparison.Ordinal), "a request is under way");
        File.WriteAllText(folder.File("go1"), "");
        (await managed.Exit()).Should().Be(0);
        await Task.WhenAll(under);
        managed.Count("^the loop of 0 has ended$").Should().Be(1);
    }

    [Fact]
    [Trait("Row", "core")]
    public async Task An_exception_in_ServeAsync_is_told_and_the_worker_goes_on()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--loop=serve", "--most=1", "--fail=yes");
        int worker = managed.Workers.Single();
        await managed.Client.Lost("/pid");
        await managed.Client.Lost("/pid");
        await managed.Log.FindCount("a connection was closed because serving it has failed; the worker goes on.*this handler fails", 2);
        managed.Workers.Should().Equal(worker);
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
