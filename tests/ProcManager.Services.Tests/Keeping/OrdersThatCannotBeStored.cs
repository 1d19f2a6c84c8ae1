using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>An order that the next keeper would not know of is refused.</summary>
[Trait("Row", "E2")]
public sealed class OrdersThatCannotBeStored
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_end_of_a_pause_that_cannot_be_stored_is_refused(bool byRestart)
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Is("web", ServiceState.Up);
        host.Keeper.Stop("web");
        await host.Is("web", ServiceState.Paused);
        string state = host.Files.File("keeper/state/web.json");
        await Until.True(() => StoredState.Read(state) is { IsPaused: true, Phase: StoredPhase.None }, "the keeper has written what it had to");
        File.Delete(state);
        Directory.CreateDirectory(state);
        Action order = byRestart ? () => host.Keeper.Restart("web") : () => host.Keeper.Resume("web");
        order.Should().Throw<ProcManagerException>().WithMessage($"The service 'web' is not {(byRestart ? "restarted" : "resumed")}: that it is not paused any more cannot be stored, and the next keeper would not know of it: *Make '{state}' writable, and {(byRestart ? "restart" : "resume")} it again.");
        host["web"].State.Should().Be(ServiceState.Paused);
        Directory.Delete(state);
        order();
        await host.Is("web", ServiceState.Up);
    }
}
