using ProcManager.Services.Checks;
using ProcManager.Services.Commands;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A start that hangs, as in the user database, holds no other service and not the keeper.</summary>
[Trait("Row", "E2")]
public sealed class StartsOffTheLoop
{
    [Fact]
    public async Task A_start_that_hangs_stops_no_other_service_and_what_comes_of_it_too_late_is_ended()
    {
        using var release = new ManualResetEventSlim();
        using var files = new TempFolder();
        ServiceDefinition hung = KeeperHost.Foreground("hung", $"echo $$ >> {files.File("starts")}; exec sleep 1000");
        hung.Start!.Environment["HANGS"] = "yes";
        hung.Start.Timeout = TimeSpan.FromMilliseconds(500);
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"), hung);
        var log = new LogOfAKeeper();
        int starts = 0;
        var parts = new KeeperParts(Probes.Of, static (_, _) => throw new InvalidOperationException("no snapshots"), static _ => [], [], log)
        {
            Spawn = (command, facts, input, output) =>
            {
                if (command.Environment.ContainsKey("HANGS"))
                {
                    Interlocked.Increment(ref starts);
                    release.Wait();
                }

                return CommandStart.Spawn(new ServiceCommand([.. command.Command]), facts, input, output);
            },
        };
        await using var keeper = new ServiceKeeper(host.Options, parts);
        keeper.Start();
        await Until.True(() => keeper.Status()[0].State == ServiceState.Up, () => "web is up");
        KeeperHost.Signal(keeper.Status()[0].Pid!.Value, "KILL");
        await Until.True(() => keeper.Status()[0] is { State: ServiceState.Up, Restarts: 1 }, () => "web is up again");
        await log.Says("service hung: start failed: it could not be started within 0.5 s; the user database or a file system may not answer");
        await Until.True(() => keeper.Status()[1].Reason.Contains("an earlier start of it still hangs", StringComparison.Ordinal), () => $"the second start is refused: {keeper.Status()[1]}");
        Volatile.Read(ref starts).Should().Be(1, "it holds one thread");

        release.Set();
        await Until.True(() => keeper.Status()[1].State == ServiceState.Up, () => $"the database answers again: {keeper.Status()[1]}");
        int[] pids = [.. files.Read("starts").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture))];
        pids.Where(KeeperHost.Runs).Should().Equal(keeper.Status()[1].Pid!.Value);
    }

    [Fact]
    public async Task A_stop_command_whose_start_hangs_does_not_hold_the_stop()
    {
        using var release = new ManualResetEventSlim();
        ServiceDefinition web = KeeperHost.Foreground("web", "exec sleep 1000");
        web.Stop = new ServiceCommand("true") { Environment = { ["HANGS"] = "yes" } };
        web.StopTimeout = TimeSpan.FromMilliseconds(300);
        await using var host = new KeeperHost(web);
        var log = new LogOfAKeeper();
        var parts = new KeeperParts(Probes.Of, static (_, _) => throw new InvalidOperationException("no snapshots"), static _ => [], [], log)
        {
            Spawn = (command, facts, input, output) =>
            {
                if (command.Environment.ContainsKey("HANGS"))
                {
                    release.Wait();
                }

                return CommandStart.Spawn(new ServiceCommand([.. command.Command]), facts, input, output);
            },
        };
        await using var keeper = new ServiceKeeper(host.Options, parts);
        keeper.Start();
        await Until.True(() => keeper.Status()[0].State == ServiceState.Up, () => "up");
        int pid = keeper.Status()[0].Pid!.Value;
        keeper.Stop("web");
        await Until.True(() => keeper.Status()[0].State == ServiceState.Paused, () => $"stopped: {keeper.Status()[0]}");
        KeeperHost.Runs(pid).Should().BeFalse();
        await log.Says("service web: the stop command could not be started in time; the user database or a file system may not answer");
        release.Set();
    }
}
