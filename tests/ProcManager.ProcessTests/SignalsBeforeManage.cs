using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>From the constructor on a signal that is an order to a manager neither ends nor stops the program.</summary>
[Trait("Row", "A2.1")]
public class SignalsBeforeManage(ITestOutputHelper output)
{
    [Fact]
    public async Task HUP_and_the_others_are_remembered_and_the_pool_starts()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--before-wait={folder.File("go")}", $"--before-hear={Native.Hup},{Native.Usr1},{Native.Usr2},{Native.Ttin}"] });
        await managed.Log.Find("^before manage");
        foreach (int signal in new[] { Native.Hup, Native.Usr1, Native.Usr2, Native.Ttin })
        {
            Native.Send(managed.StartedPid, signal);
        }

        await managed.Log.FindCount("^heard ", 4);
        Native.State(managed.StartedPid).Should().NotBe('T');
        folder.Write("go", "");
        await managed.Log.Find("SIGHUP came before the first worker was started: there is nothing to reload");
        await managed.Log.Find("SIGUSR1 is ignored");
        await managed.Log.Find("2 workers are wanted now");
        await managed.Log.FindCount("is ready", 2);
        managed.Log.Lines.Should().NotContain(static l => l.Contains("reload to generation"));
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    [Trait("Row", "A2.2")]
    public async Task TERM_ends_a_program_that_does_not_manage_yet_at_once()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--before-wait={folder.File("go")}"] });
        await managed.Log.Find("^before manage");
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(128 + Native.Term);
    }

    [Fact]
    [Trait("Row", "A1.2")]
    public async Task Where_nothing_is_managed_HUP_ends_the_program_as_ever()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=0", $"--before-wait={folder.File("go")}"] });
        await managed.Log.Find("^before manage");
        Native.Send(managed.StartedPid, Native.Hup);
        (await managed.Exit()).Should().Be(128 + Native.Hup);
    }

    [Fact]
    [Trait("Row", "A1.6")]
    public async Task An_ignored_SIGCHLD_is_mended_before_the_host_uses_a_Process()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--before-process=yes"],
            Wrapper = ["env", "--ignore-signal=CHLD"],
        });
        await managed.Log.Find("before manage a child ended with 3");
        await managed.Log.Find("SIGCHLD came in ignored and got the default action back");
        await managed.Ready();
    }
}
