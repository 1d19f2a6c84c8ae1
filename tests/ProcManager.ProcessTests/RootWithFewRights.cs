using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Root in a container that has few capabilities.</summary>
[Trait("Row", "D12")]
public sealed class RootWithFewRights(ITestOutputHelper output)
{
    [FactAsRoot]
    public async Task Without_the_right_to_change_its_groups_the_option_is_an_error_at_the_start()
    {
        using var user = new OtherUser();
        foreach (string right in (string[])["setgid", "setuid"])
        {
            await using Managed managed = Launch(user, ["setpriv", $"--bounding-set=-{right}", "--"], "--ProcessManager:ProcessCount=1");
            (await managed.Exit()).Should().Be(78);
            managed.Log.Lines.Should().Contain(static l => l.Contains("ProcessManager:User is nobody; allowed: a user as which this process may act", StringComparison.Ordinal));
        }
    }

    /// <summary>Root without CAP_KILL may signal root's processes only.</summary>
    [FactAsRoot]
    [Trait("Row", "A1.6")]
    public async Task As_pid_1_it_still_passes_signals_on_to_a_manager_that_has_given_up_its_privileges()
    {
        using var user = new OtherUser();
        await using Managed managed = Launch(
            user, ["setpriv", "--bounding-set=-kill", "--", "unshare", "--pid", "--fork", "--mount-proc", "--kill-child"], "--ProcessManager:ProcessCount=1", "--ProcessManager:ManagerKeepsPrivileges=false");
        await managed.Log.Find("ready: 1 worker");
        int init = Native.Children(managed.StartedPid).Single();
        Native.Send(init, Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    private Managed Launch(OtherUser user, string[] wrapper, params string[] switches) =>
        Managed.Launch(output, new Launch { Program = user.Program, Wrapper = wrapper, Arguments = Managed.Hasty([.. switches, $"--ProcessManager:User={OtherUser.Name}"]) });
}
