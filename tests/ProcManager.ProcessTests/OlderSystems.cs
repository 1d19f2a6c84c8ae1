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
