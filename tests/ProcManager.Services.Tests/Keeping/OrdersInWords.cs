using System.Globalization;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>What the log and the answers say of orders, and of services that the definitions do not have any more.</summary>
[Trait("Row", "E7")]
public sealed class OrdersInWords
{
    [Fact]
    public async Task A_stop_is_told_as_begun_when_it_begins_and_as_done_when_it_is_done()
    {
        await using var host = new KeeperHost();
        string second = host.Files.File("second");
        ServiceDefinition web = KeeperHost.Foreground("web", $"[ -e {second} ] && exec sleep 1000; touch {second}; trap '' TERM; while :; do sleep 0.01; done");
        web.StopTimeout = TimeSpan.FromMinutes(1);
        host.Options.Services.Add(web);
        host.Start();
        int pid = (await host.Is("web", ServiceState.Up)).Pid!.Value;
        host.Keeper.Stop("web");
        await host.Is("web", ServiceState.Stopping);
        host.Log.Count("service web: an operator stops it").Should().Be(1);
        host.Log.Count("service web: stopped").Should().Be(0, "it runs");
        KeeperHost.Signal(pid, "KILL");
        await host.Log.Says("service web: stopped, and paused until it is resumed or restarted");
        host.Keeper.Restart("web");
        await host.Log.Says("service web: an operator restarts it");
        await host.Is("web", ServiceState.Up);
    }

    [Fact]
    public async Task To_resume_a_service_that_is_up_forgets_why_it_was_not_restarted()
    {
        await using KeeperHost host = new KeeperHost(new ServiceDefinition { Name = "job", Start = new ServiceCommand("true"), Checks = { new CommandCheck { Command = new ServiceCommand("true") } }, Interval = TimeSpan.FromHours(1) }).Start();
        await host.Is("job", ServiceState.Up);
        host.Keeper.Pause("job");
        host.Keeper.Restart("job");
        await host.Is("job", static s => s is { State: ServiceState.Up, Reason: "it runs, and was not restarted: nothing says how to stop it" }, "not restarted");
        host.Keeper.Resume("job");
        host["job"].Reason.Should().BeEmpty();
    }

    [Fact]
    public async Task A_service_that_is_gone_from_the_definitions_is_told_as_running_only_when_it_runs_and_can_be_asked_about()
    {
        ServiceDefinition down = KeeperHost.Foreground("down", "exit 1");
        down.Backoff.Initial = TimeSpan.FromMinutes(1);
        ServiceDefinition api = KeeperHost.Foreground("api", "exec sleep 1000");
        await using KeeperHost host = new KeeperHost(down, KeeperHost.Foreground("web", "exec sleep 1000"), api).Start();
        int pid = (await host.Is("web", ServiceState.Up)).Pid!.Value;
        await host.Is("down", static s => s.State == ServiceState.BackingOff && s.Restarts > 0, "down");
        host.Keeper.ReloadAndSay(new ServiceKeeperOptions { Folder = host.Options.Folder, Snapshots = host.Options.Snapshots, Services = { api } }).Notes.Should().Equal(
            "down is not in the definitions any more; it does not run, and is not started any more",
            "web is not in the definitions any more; it is left running and not looked for");
        await host.Log.Says("service down: is not in the definitions any more; it does not run, and is not started any more");
        await host.Log.Says("service web: is not in the definitions any more; it is left running");
        host.Keeper.LogOf("web").Should().EndWith("/logs/web.log");
        FluentActions.Invoking(() => host.Keeper.Stop("web")).Should().Throw<ProcManagerException>()
            .WithMessage(string.Create(CultureInfo.InvariantCulture, $"The service 'web' is not in the definitions any more, so it takes no orders; its process {pid} was left running. *"));
        FluentActions.Invoking(() => host.Keeper.Stop("down")).Should().Throw<ProcManagerException>().WithMessage("The service 'down' is not in the definitions any more, so it takes no orders. *");
    }
}
