using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Kernels without pidfd, systems without epoll: the ways around them, taken on purpose.</summary>
[Trait("Row", "A1.4")]
public class OlderSystems(ITestOutputHelper output)
{
    [Fact]
    public async Task Without_pidfd_ends_are_noticed_by_SIGCHLD_and_exact()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", "--no-pidfd=yes");
        foreach (int worker in managed.Workers)
        {
            Native.Send(worker, Native.Kill);
        }

        await managed.Log.FindCount(@"ended with SIGKILL \(Crashed\)", 3);
        await managed.Log.FindCount("is ready", 6);
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task Without_futexes_one_that_stands_by_takes_over_when_the_dead_one_is_gone(string loop)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1", "--no-futex=yes", $"--loop={loop}", "--events=yes", "--commands=yes");
        for (int round = 1; round <= 3; round++)
        {
            await managed.Log.FindCount("stands by", round);
            int victim = (await managed.Client.GetAnswer("/pid")).Pid;
            Native.Send(victim, Native.Kill);
            (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(victim);
            await managed.Log.FindCount("takes over", round);
        }

        await managed.Log.FindCount("stands by", 4);
        managed.Signal(Native.Term); // one that stands by hears it, too
        (await managed.Exit()).Should().Be(0);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task Without_epoll_connections_are_served_and_workers_leave_at_once(string loop)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", "--no-epoll=yes", $"--loop={loop}");
        for (int i = 0; i < 50; i++)
        {
            (await managed.Client.Get("/")).Should().StartWith("Hello");
        }

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }
}
