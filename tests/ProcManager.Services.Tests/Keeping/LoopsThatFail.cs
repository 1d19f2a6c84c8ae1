using Microsoft.Extensions.Logging;
using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>The keeper's loop ends by an exception, as when its log throws while it tells that a step has failed.</summary>
[Trait("Row", "E2")]
public sealed class LoopsThatFail
{
    [Fact]
    public async Task The_keeper_ends_as_one_that_has_failed_and_its_service_runs_on()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "echo $$ > pid; exec sleep 1000"));
        host.Options.Services[0].Start!.Directory = host.Files.Path;
        var log = new BrokenLog("service web: up", "a step of the keeper failed");
        await using var keeper = new ServiceKeeper(host.Options, new KeeperParts(Probes.Of, static (_, _) => throw new InvalidOperationException("no snapshots"), static _ => [], [], log));
        keeper.Start();
        await keeper.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        keeper.Failure.Should().BeOfType<InvalidOperationException>();
        KeeperHost.Runs(int.Parse(host.Files.Read("pid"), System.Globalization.CultureInfo.InvariantCulture)).Should().BeTrue();
        log.Last.Should().Be("the keeper has ended");
    }

    [Fact]
    public async Task A_keeper_that_was_stopped_has_not_failed()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Keeper.StopAsync();
        host.Keeper.Failure.Should().BeNull();
    }

    private sealed class BrokenLog(params string[] broken) : ILogger
    {
        internal string Last { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Last = formatter(state, null);
            if (broken.Any(b => Last.StartsWith(b, StringComparison.Ordinal)))
            {
                throw new InvalidOperationException("The log takes no line.");
            }
        }
    }
}
