using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>One service's check holds no other service's.</summary>
[Trait("Row", "E2")]
public sealed class ChecksThatHang
{
    [Fact]
    public async Task A_check_that_hangs_holds_one_thread_and_no_other_service()
    {
        using var release = new ManualResetEventSlim();
        int hanging = 0;
        await using var host = new KeeperHost(Service("first"), Service("hung"), Service("last"));
        await using ServiceKeeper keeper = Keeper(host, check => new Probe(() =>
        {
            if (check is UnixSocketCheck { Path: "/hung" })
            {
                Interlocked.Increment(ref hanging);
                release.Wait();
            }
        }));
        keeper.Start();
        await Until.True(() => keeper.Status() is [{ State: ServiceState.Up }, _, { State: ServiceState.Up }], () => $"the others are up: {string.Join(", ", keeper.Status())}");
        await Until.True(() => keeper.Status()[1].State == ServiceState.Failing, static () => "the hung check has failed");
        await Until.True(() => keeper.Status()[1].State == ServiceState.Starting, static () => "it has failed often enough");
        Volatile.Read(ref hanging).Should().Be(1);
        release.Set();
        await Until.True(() => keeper.Status()[1].State == ServiceState.Up, static () => "the check answers again");
    }

    [Fact]
    public async Task A_probe_that_throws_has_failed()
    {
        var log = new LogOfAKeeper();
        await using var host = new KeeperHost(Service("broken"));
        await using ServiceKeeper keeper = Keeper(host, static _ => new Probe(static () => throw new InvalidOperationException("no luck")), log);
        keeper.Start();
        await log.Says("the check failed: no luck");
    }

    [Fact]
    public async Task A_log_that_throws_ends_neither_the_reader_nor_the_process()
    {
        using var files = new TempFolder();
        var failures = new ConcurrentQueue<string>();
        using var reader = new OutputReader(e => failures.Enqueue(e.Message));
        int pipe = NamedPipes.OpenReader(files.File("pipe"));
        await using var writer = new FileStream(files.File("pipe"), new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, BufferSize = 0 });
        int times = 0;
        reader.Add(pipe, new RotatedLog(files.File("log"), new ServiceLogOptions(), () => Interlocked.Increment(ref times) == 1 ? throw new InvalidOperationException("no clock") : DateTimeOffset.UnixEpoch, static _ => { }));
        await writer.WriteAsync("lost\n"u8.ToArray());
        await Until.True(() => failures.Contains("no clock"), static () => "the failure is told");
        await writer.WriteAsync("kept\n"u8.ToArray());
        await Until.True(() => files.Read("log").EndsWith("kept\n", StringComparison.Ordinal), () => $"the next line is read: {files.Read("log")}");
    }

    private static ServiceDefinition Service(string name) => new()
    {
        Name = name,
        Start = new ServiceCommand("true"),
        Checks = { new UnixSocketCheck { Path = "/" + name, Timeout = TimeSpan.FromMilliseconds(100), Failures = 2 } },
        Interval = TimeSpan.FromMilliseconds(100),
    };

    private static ServiceKeeper Keeper(KeeperHost host, Func<ServiceCheck, IServiceProbe> probe, ILogger? log = null) =>
        new(host.Options, new KeeperParts(probe, static (_, _) => throw new InvalidOperationException("no snapshots"), static _ => [], [], log ?? new LogOfAKeeper()));

    private sealed class Probe(Action look) : IServiceProbe
    {
        public ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
        {
            look();
            return new(new CheckResult(true, "fine"));
        }
    }
}
