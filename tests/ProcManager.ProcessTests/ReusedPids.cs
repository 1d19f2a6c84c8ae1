using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The number of a worker that is gone may be a stranger's by now. In a pid namespace of the test's own the stranger can be made to have it.</summary>
[Trait("Row", "core")]
public class ReusedPids(ITestOutputHelper output)
{
    [Theory]
    [InlineData("adopt-process", "no")]
    [InlineData("adopt-process", "yes")]
    [InlineData("adopt", "no")]
    public async Task Nor_that_of_a_child_that_was_handed_over_before_managing_began(string command, string noPidFd)
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", "-c", "\"$0\" \"$@\"; exit $?"],
            Arguments = ["--ProcessManager:ProcessCount=1", $"--adopt-before={command} /bin/sleep 0.3 reused", "--ProcessManager:DieTimeout=00:00:05", "--events=yes", "--commands=yes", $"--no-pidfd={noPidFd}"],
        });
        await managed.Ready();
        await managed.Log.Find(@"^bystander \d+$");
        managed.Command("stop");
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().NotContain("bystander was signalled");
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public async Task A_pid_that_was_reaped_is_never_signalled_again(string noPidFd)
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", "-c", "\"$0\" \"$@\"; exit $?"],
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:DieTimeout=00:00:00.500", "--events=yes", "--commands=yes", $"--no-pidfd={noPidFd}"],
        });
        await managed.Ready();
        await managed.Client.Lost("/exit?code=3");
        int pid = int.Parse((await managed.Log.Find(@"^event exited \d (\d+) cause=Crashed")).Groups[1].Value);
        await managed.Log.FindCount("event ready", 3);
        managed.Command($"reuse {pid}");
        await managed.Log.Find($"^bystander {pid}$");

        managed.Command("reload");
        await managed.ReloadFinished("Succeeded", 2);
        managed.Command("scale 1");
        await managed.Log.Find("cause=ScaledDown");
        Task hanging = managed.Client.Lost("/hang");
        await managed.StatesAre(" *r");
        managed.Command("stop");
        await managed.Log.Find("cause=DieTimeout code= signal=9");
        (await managed.Exit()).Should().Be(1);
        managed.Log.Lines.Should().NotContain("bystander was signalled");
        await hanging;
    }
}
