using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A snapshot comes before a restart, and never holds it up for longer than its time.</summary>
[Trait("Row", "E2")]
public sealed class SnapshotsBeforeRestarts
{
    [Fact]
    public async Task A_death_has_a_snapshot_which_is_in_the_notice_and_remembered()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "echo last words; exec sleep 1000"));
        host.Options.Snapshots.Enabled = true;
        host.Start();
        KeeperHost.Signal((await host.Is("web", ServiceState.Up)).Pid!.Value, "KILL");
        ServiceNotice down = await host.Told.Comes(ServiceChange.Down);
        Directory.EnumerateFiles(down.Snapshot!).Should().NotBeEmpty();
        (await host.Is("web", static s => s.LastDeath?.Snapshot is not null, "a snapshot")).LastDeath!.Snapshot.Should().Be(down.Snapshot);
        await host.Keeper.StopAsync();
        StoredState.Read(host.Files.File("keeper/state/web.json"))!.Death!.Snapshot.Should().Be(down.Snapshot);
    }

    [Fact]
    public async Task A_snapshot_that_hangs_holds_up_neither_a_dead_child_nor_for_long_a_daemon()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        host.Options.Services.Add(host.Detached("daemon"));
        host.Options.Snapshots.Enabled = true;
        host.Options.Snapshots.Timeout = TimeSpan.FromMilliseconds(300);
        var hanging = new Hanging();
        await using var keeper = new ServiceKeeper(host.Options, new KeeperParts(Probes.Of, (_, _) => hanging, static _ => [], [], NullLogger.Instance));
        keeper.Start();
        await Until.True(() => keeper.Status().All(static s => s.State == ServiceState.Up), static () => "up");
        KeeperHost.Signal(keeper.Status()[0].Pid!.Value, "KILL");
        await Until.True(() => keeper.Status()[0] is { Restarts: 1, State: ServiceState.Up }, static () => "up again");
        KeeperHost.Signal(int.Parse(host.Files.Read("daemon.pid"), CultureInfo.InvariantCulture), "KILL");
        await Until.True(() => keeper.Status()[1] is { Restarts: 1, State: ServiceState.Up }, static () => "up in spite of the snapshot");
        hanging.Asked.Should().Be(2);
        hanging.End();
    }

    [Fact]
    public async Task A_snapshot_under_way_is_not_lost_by_a_reload()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var hanging = new Hanging();
        await using ServiceKeeper keeper = Keeper(host, hanging);
        await HasOneUnderWay(keeper, hanging);
        keeper.Reload(host.Options);
        hanging.End();
        await Until.True(() => keeper.Status()[0].LastDeath?.Snapshot == "/folder", static () => "its folder");
    }

    [Fact]
    public async Task A_reload_with_other_options_of_snapshots_lets_the_one_that_is_under_way_end()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var hanging = new Hanging();
        await using ServiceKeeper keeper = Keeper(host, hanging);
        await HasOneUnderWay(keeper, hanging);
        var other = new ServiceKeeperOptions { Folder = host.Options.Folder, Snapshots = new ServiceSnapshotOptions { Enabled = false } };
        other.Services.Add(host.Options.Services[0]);
        keeper.Reload(other);
        hanging.IsDisposed.Should().BeFalse("a snapshot is under way");
        hanging.End();
        await Until.True(() => keeper.Status()[0].LastDeath?.Snapshot == "/folder", static () => "its folder");
        await Until.True(() => hanging.IsDisposed, static () => "the end of what takes snapshots");
    }

    [Fact]
    public async Task Two_snapshots_are_taken_at_a_time_and_those_that_wait_too_long_are_left_out()
    {
        var hanging = new Hanging();
        using var queue = new SnapshotQueue(hanging, TimeSpan.FromMilliseconds(200), NullLogger.Instance, CancellationToken.None);
        Task<string?>[] all = [.. Enumerable.Range(0, 5).Select(i => queue.TakeAsync(new SnapshotRequest(new ServiceDefinition(), "x", DateTimeOffset.UtcNow, null, null)))];
        (await Task.WhenAll(all)).Should().OnlyContain(static f => f == null, "the time is over for all of them");
        hanging.Asked.Should().Be(2);
        hanging.End();
    }

    private static ServiceKeeper Keeper(KeeperHost host, Hanging hanging)
    {
        host.Options.Snapshots.Enabled = true;
        host.Options.Snapshots.Timeout = TimeSpan.FromMinutes(1);
        return new ServiceKeeper(host.Options, new KeeperParts(Probes.Of, (_, _) => hanging, static _ => [], [], NullLogger.Instance));
    }

    private static async Task HasOneUnderWay(ServiceKeeper keeper, Hanging hanging)
    {
        keeper.Start();
        await Until.True(() => keeper.Status()[0].State == ServiceState.Up, static () => "up");
        KeeperHost.Signal(keeper.Status()[0].Pid!.Value, "KILL");
        await Until.True(() => hanging.Asked == 1, static () => "the snapshot");
    }

    private sealed class Hanging : ISnapshotTaker, IDisposable
    {
        private readonly TaskCompletionSource<string?> _end = new();
        private int _asked;

        internal int Asked => _asked;

        internal bool IsDisposed { get; private set; }

        public void Dispose()
        {
            IsDisposed = true;
            _end.TrySetResult(null);
        }

        internal void End() => _end.TrySetResult("/folder");

        public Task<string?> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return _end.Task;
        }
    }
}
