using System.Globalization;
using ProcManager.Services.Checks;
using ProcManager.Services.Commands;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A service leaves the definitions while its start hangs, and comes back.</summary>
[Trait("Row", "E2")]
public sealed class ReloadsDuringAStart
{
    [Fact]
    public async Task It_runs_once_and_nothing_of_it_is_left_when_the_keeper_has_ended()
    {
        using var release = new ManualResetEventSlim();
        using var files = new TempFolder();
        ServiceDefinition web = KeeperHost.Foreground("web", "exec sleep 1000");
        ServiceDefinition hung = KeeperHost.Foreground("hung", $"echo $$ >> {files.File("starts")}; exec sleep 1000");
        hung.Start!.Environment["HANGS"] = "yes";
        await using var host = new KeeperHost(web, hung);
        int spawns = 0;
        var parts = new KeeperParts(Probes.Of, static (_, _) => throw new InvalidOperationException("no snapshots"), static _ => [], [], host.Log)
        {
            Spawn = (command, facts, input, output) =>
            {
                if (command.Environment.ContainsKey("HANGS"))
                {
                    Interlocked.Increment(ref spawns);
                    release.Wait();
                }

                return CommandStart.Spawn(new ServiceCommand([.. command.Command]), facts, input, output);
            },
        };
        await using var keeper = new ServiceKeeper(host.Options, parts);
        keeper.Start();
        await Until.True(() => Volatile.Read(ref spawns) == 1, "its start");
        var without = new ServiceKeeperOptions { Folder = host.Options.Folder, Snapshots = host.Options.Snapshots, Services = { web } };
        keeper.Reload(without);
        keeper.Reload(host.Options);
        await Until.True(() => keeper.Status()[1].Reason.Contains("an earlier start of it still hangs", StringComparison.Ordinal), () => $"the second start is refused: {keeper.Status()[1]}");
        release.Set();
        await Until.True(() => keeper.Status()[1].State == ServiceState.Up, () => $"it is up: {keeper.Status()[1]}");
        await Until.True(() => Running().SequenceEqual([keeper.Status()[1].Pid!.Value]), () => $"one process: {string.Join(", ", Running())}; {keeper.Status()[1]}", seconds: 10);
        await keeper.StopAsync();
        Running().Should().BeEmpty();

        IEnumerable<int> Running() => files.Read("starts").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => int.Parse(l, CultureInfo.InvariantCulture)).Where(KeeperHost.Runs);
    }
}
