using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A keeper in the test's process, with a folder of its own. Its services end with it, the detached ones too.</summary>
internal sealed class KeeperHost : IAsyncDisposable
{
    internal KeeperHost(params ServiceDefinition[] services)
    {
        Options = new ServiceKeeperOptions { Folder = Files.File("keeper"), Snapshots = { Enabled = false } };
        Array.ForEach(services, Options.Services.Add);
    }

    internal TempFolder Files { get; } = new();

    internal LogOfAKeeper Log { get; private set; } = new();

    internal Notices Told { get; } = new();

    internal ServiceKeeperOptions Options { get; set; }

    internal ServiceKeeper Keeper { get; private set; } = null!;

    internal ServiceStatus this[string name] => Keeper.Status().Single(s => s.Name == name);

    internal KeeperHost Start()
    {
        Log = new LogOfAKeeper();
        Keeper = new ServiceKeeper(Options, Log, [Told]);
        Keeper.Start();
        return this;
    }

    /// <summary>One round, as from cron.</summary>
    internal async Task<ServiceRunSummary> Round()
    {
        Log = new LogOfAKeeper();
        Keeper = new ServiceKeeper(Options, Log, [Told]);
        Task<ServiceRunSummary> round = Keeper.RunOnceAsync();
        await Until.True(() => round.IsCompleted, () => $"the end of the round:\n{string.Join('\n', Log.Lines)}");
        return await round;
    }

    /// <summary>A shell script that is the service.</summary>
    internal static ServiceDefinition Foreground(string name, string script) => new() { Name = name, Kind = ServiceKind.Foreground, Start = ServiceCommand.Shell(script), StopTimeout = TimeSpan.FromSeconds(5) };

    /// <summary>A daemon: the start command goes into the background twice, writes a pid file and exits.</summary>
    internal ServiceDefinition Detached(string name)
    {
        string pidFile = Files.File(name + ".pid");
        return new ServiceDefinition
        {
            Name = name,
            Start = ServiceCommand.Shell($"(setsid sh -c 'echo $$ > {pidFile}.new; mv {pidFile}.new {pidFile}; exec sleep 1000' > /dev/null 2>&1 &)"),
            Checks = { new PidFileCheck { Path = pidFile } },
            Interval = TimeSpan.FromMilliseconds(100),
        };
    }

    internal Task<ServiceStatus> Is(string name, ServiceState state) => Is(name, s => s.State == state, state.ToString());

    internal async Task<ServiceStatus> Is(string name, Func<ServiceStatus, bool> condition, string what)
    {
        await Until.True(() => condition(this[name]), () => $"{what}: {this[name]}\n{string.Join('\n', Log.Lines)}");
        return this[name];
    }

    internal static bool Runs(int pid) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}")) && State(pid) is not ('Z' or 'X');

    internal static char State(int pid)
    {
        try
        {
            string stat = System.IO.File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return 'X';
        }
    }

    internal static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (Keeper is not null)
        {
            await Keeper.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        // What is left are the detached services, and what a failed test has left.
        string mark = $"PROCMANAGER_KEEPER={Options.Folder}";
        foreach (int pid in ProcFs.Pids().Where(p => ProcFs.Environ(p).Contains(mark)))
        {
            Signal(pid, "KILL");
        }

        Files.Dispose();
    }
}

/// <summary>What was told.</summary>
internal sealed class Notices : IServiceNotifier
{
    private readonly ConcurrentQueue<ServiceNotice> _all = new();

    internal IEnumerable<ServiceNotice> All => _all;

    internal async Task<ServiceNotice> Comes(ServiceChange change)
    {
        await Until.True(() => _all.Any(n => n.Change == change), () => $"the notice {change}; there are {string.Join(", ", _all)}");
        return _all.First(n => n.Change == change);
    }

    public Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken)
    {
        _all.Enqueue(notice);
        return Task.CompletedTask;
    }
}
