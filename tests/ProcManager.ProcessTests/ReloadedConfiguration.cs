using System.Text.Json.Nodes;
using FluentAssertions.Execution;
using ProcManager.ProcessTests.Infrastructure;
using ProcManager.Settings;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A reload reads the configuration again and applies all of it, or nothing.</summary>
[Trait("Row", "core")]
public sealed class ReloadedConfiguration(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Every option with another value than at the start, and how <c>options</c> prints the new one.</summary>
    private static readonly Dictionary<string, (string Text, string Printed)> After = new()
    {
        ["ProcessCount"] = ("2", "2"),
        ["StartDelay"] = ("10ms", "00:00:00.0100000"),
        ["StartTimeout"] = ("50s", "00:00:50"),
        ["DieTimeout"] = ("50s", "00:00:50"),
        ["DrainDelay"] = ("1ms", "00:00:00.0010000"),
        ["PidFile"] = ("/no/such/folder/other.pid", ""),
        ["ControlSocket"] = ("off", "auto"),
        ["ProcessTitle"] = ("other", "one"),
        ["PeekSignal"] = ("USR2", "USR2"),
        ["Metrics"] = ("true", "False"),
        ["LogFile"] = ("/no/such/folder/app.log", ""),
        ["LogFileMaxSize"] = ("1MiB", "0"),
        ["LogFileKeep"] = ("2", "5"),
        ["CaptureOutput"] = ("true", "False"),
        ["LogFormat"] = ("Json", "Auto"),
        ["Umask"] = ("077", ""),
        ["Detach"] = ("true", "False"),
        ["NoSignals"] = ("true", "False"),
        ["ReloadStrategy"] = ("AllAtOnce", "AllAtOnce"),
        ["CanaryTime"] = ("20ms", "00:00:00.0200000"),
        ["MaxSurge"] = ("2", "2"),
        ["CrashLimit"] = ("12", "12"),
        ["CrashWindow"] = ("12s", "00:00:12"),
        ["MaxRestartDelay"] = ("40s", "00:00:40"),
        ["WorkingDirectory"] = ("/usr", ""),
        ["Sizing"] = ("Dynamic", "Dynamic"),
        ["StartCount"] = ("1", "1"),
        ["MinSpare"] = ("1", "1"),
        ["MaxSpare"] = ("3", "3"),
        ["MaxCount"] = ("3", "3"),
        ["IdleTimeout"] = ("20s", "00:00:20"),
        ["StandbyCount"] = ("1", "1"),
        ["StartLeisure"] = ("10ms", "00:00:00.0100000"),
        ["MaxRequests"] = ("1000", "1000"),
        ["MaxRequestsJitter"] = ("10", "10"),
        ["MaxLifetime"] = ("1d", "1.00:00:00"),
        ["MaxLifetimeJitter"] = ("1h", "01:00:00"),
        ["MaxMemory"] = ("8GiB", "8589934592"),
        ["MemoryMeasure"] = ("Resident", "Resident"),
        ["MemorySamples"] = ("4", "4"),
        ["MemoryInterval"] = ("6s", "00:00:06"),
        ["MinLifetime"] = ("31s", "00:00:31"),
        ["MaxPoolMemory"] = ("16GiB", "17179869184"),
        ["HeapLimitPercent"] = ("200", "200"),
        ["MaxUnavailable"] = ("1", "1"),
        ["RecycleInterval"] = ("11s", "00:00:11"),
        ["RecycleCeiling"] = ("6m", "00:06:00"),
        ["RequestTimeout"] = ("30s", "00:00:30"),
        ["LongRequestTimeout"] = ("40s", "00:00:40"),
        ["SoftRequestTimeout"] = ("20s", "00:00:20"),
        ["WatchdogInterval"] = ("2s", "00:00:02"),
        ["WatchdogLadder"] = ("Log, Kill", "Log, Kill"),
        ["WatchdogGrace"] = ("6s", "00:00:06"),
        ["CaptureTimeout"] = ("11s", "00:00:11"),
        ["CaptureFolder"] = ("/", "/"),
        ["KeepCommand"] = ("/bin/true", "/bin/true"),
        ["KeepLimit"] = ("2", "2"),
        ["CpuLimit"] = ("1h", "01:00:00"),
        ["CpuTimeLimit"] = ("1d", "1.00:00:00"),
        ["RogueInterval"] = ("11s", "00:00:11"),
        ["User"] = ("nobody", ""),
        ["Group"] = ("root", ""),
        ["ManagerKeepsPrivileges"] = ("false", "True"),
        ["NoNewPrivileges"] = ("true", "False"),
        ["Nice"] = ("19", "19"),
        ["OomScoreAdjust"] = ("1000", "1000"),
        ["MaxOpenFiles"] = ("500", "500"),
        ["MaxCoreSize"] = ("0", "0"),
        ["MaxAddressSpace"] = ("300GiB", "322122547200"),
        ["MaxProcesses"] = ("2000", "2000"),
    };

    [Fact]
    public async Task Every_option_changes_at_the_reload_or_is_named_as_one_that_needs_a_restart()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["ProcessTitle"] = "one" });
        After.Keys.Should().BeEquivalentTo(ProcessManagerSettings.All.Select(static s => s.Name));
        Write(After.ToDictionary(static a => a.Key, static a => a.Value.Text));
        await Reload(managed);
        string changed = (await managed.Log.Find("the configuration has changed: (.*)")).Groups[1].Value;
        string restart = (await managed.Log.Find("the configuration has changed, and the change takes a restart of the manager: (.*)")).Groups[1].Value;
        managed.Command("options");
        string options = (await managed.Log.Find("^options (.*)")).Groups[1].Value;
        using (new AssertionScope())
        {
            foreach (Setting<ProcessManagerOptions> setting in ProcessManagerSettings.All)
            {
                (setting.Effect == Effect.Restart ? restart : changed).Should().Contain($"ProcessManager:{setting.Name} from ");
                options.Should().Contain($"{setting.Name}={After[setting.Name].Printed};");
            }
        }

        int from = managed.Log.Count;
        await Reload(managed, 3);
        managed.Log.Lines.Skip(from).Should().NotContain(static l => l.Contains("has changed: "), "nothing has changed since")
            .And.Contain(static l => l.Contains("takes a restart of the manager: ProcessManager:PidFile"), "the difference is still there");
    }

    [Fact]
    public async Task The_number_of_workers_follows_the_configuration_and_one_set_by_a_signal_stays_until_the_configurations_own_changes()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1" });
        Write(new() { ["ProcessCount"] = "2" });
        await Reload(managed);
        managed.Workers.Should().HaveCount(2);

        managed.Signal(Native.Ttin);
        await managed.Log.Find("3 workers are wanted now");
        await Reload(managed, 3);
        managed.Workers.Should().HaveCount(3, "the configuration still says 2");

        Write(new() { ["ProcessCount"] = "1" });
        await Reload(managed, 4);
        managed.Workers.Should().HaveCount(1);
    }

    [Theory]
    [InlineData("""{ "ProcessManager": { "ProcessCount": "many" } }""", "ProcessManager:ProcessCount is 'many'; allowed: a whole number.")]
#if NATIVE_AOT
    [InlineData("""{ "ProcessManager": { "ProcessCount": 4096, "DieTimeout": "5" } }""", "2 options are wrong. ProcessManager:DieTimeout is '5'; allowed: a time with its unit, *ProcessManager:ProcessCount is 4096; allowed: 0 to 2048.")]
    [InlineData("""{ "ProcessManager": { "ProcessCount": 0 } }""", "ProcessManager:ProcessCount is 0; allowed while the manager runs: 1 to 2048.")]
    [InlineData("""{ "ProcessManager": { "ProcesCount": 2 } }""", "ProcessManager:ProcesCount is '2', which is not an option; the nearest is ProcessManager:ProcessCount.")]
    [InlineData("""{ "ProcessManager": { "MaxMemory": "1KiB" } }""", "ProcessManager:MaxMemory is 1024; allowed: off (0) for no limit, or *")]
#endif
    [InlineData("""{ "ProcessManager": """, "*app.json*line 1*")]
    public async Task A_wrong_configuration_fails_the_reload_with_the_reason_and_changes_nothing(string wrong, string reason)
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["DieTimeout"] = "20s" });
        IReadOnlyList<int> workers = managed.Workers;
        File.WriteAllText(_folder.File("app.json"), wrong);
        managed.Signal(Native.Hup);
        (await managed.Log.Find("the reload is refused, and the workers go on as they are: (.*)")).Groups[1].Value.Should().Match(reason);
        await managed.Log.Find("^event reload Failed 1 ");
        managed.Workers.Should().Equal(workers);
        (await managed.Snapshot()).Should().Contain(" reload Failed");

        Write(new() { ["ProcessCount"] = "2", ["DieTimeout"] = "20s" });
        await Reload(managed);
        managed.Workers.Should().HaveCount(2).And.NotContain(workers);
    }

    [Fact]
    public async Task A_worker_that_is_replaced_has_the_settings_of_the_last_reload_that_succeeded()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["KeepLimit"] = "2" });
        Write(new() { ["ProcessCount"] = "1", ["KeepLimit"] = "3" });
        await Reload(managed);
        Write(new() { ["ProcessCount"] = "many", ["KeepLimit"] = "4", ["NoSuchOption"] = "a;b=c&d" });
        managed.Signal(Native.Hup);
        await managed.Log.Find("the reload is refused");

        int worker = managed.Workers.Single();
        Native.Send(worker, Native.Kill);
        await managed.Log.FindCount("^event ready", 3);
        (await managed.Client.Get("/options")).Should().Contain("ProcessCount=1;").And.Contain("KeepLimit=3;");
    }

    /// <summary>A worker without handlers would be ended by the TERM of a manager that goes on with signals, in the middle of its request.</summary>
    [Fact]
    public async Task New_workers_keep_what_takes_a_restart_of_the_manager_and_do_not_get_the_token_of_the_status_page()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["NoSignals"] = "false", ["Status:Token"] = "a-token-of-24-characters" });
        Write(new() { ["ProcessCount"] = "1", ["NoSignals"] = "true", ["KeepLimit"] = "3" });
        await Reload(managed);
        (await managed.Client.Get("/options")).Should().Contain("NoSignals=False;").And.Contain("KeepLimit=3;");
        File.ReadAllText($"/proc/{managed.Workers.Single()}/environ").Should().Contain("settings=ProcessManager").And.NotContain("a-token-of");
    }

    [Fact]
    public async Task A_time_out_of_requests_applies_at_once_also_to_one_that_is_under_way()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["WatchdogLadder"] = "Log, Kill", ["DieTimeout"] = "off" });
        Task<Answer> hangs = managed.Client.GetAnswer($"/wait?file={_folder.File("never")}");
        await managed.StatesAre("r");
        Write(new() { ["ProcessCount"] = "1", ["WatchdogLadder"] = "Log, Kill", ["DieTimeout"] = "off", ["RequestTimeout"] = "200ms" });
        managed.Signal(Native.Hup);
        await managed.Log.Find("event exited 0 .* signal=9 ");
        await managed.ReloadFinished("Succeeded", 2);
        await FluentActions.Awaiting(() => hangs).Should().ThrowAsync<Exception>("its worker was killed");
    }

    [Fact]
    public async Task A_die_time_out_applies_to_the_workers_that_this_reload_tells_to_leave()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1", ["DieTimeout"] = "1h" });
        Task<Answer> hangs = managed.Client.GetAnswer($"/wait?file={_folder.File("never")}");
        await managed.StatesAre("r");
        Write(new() { ["ProcessCount"] = "1", ["DieTimeout"] = "100ms" });
        managed.Signal(Native.Hup);
        await managed.Log.Find("event exited 0 .* cause=DieTimeout ");
        await FluentActions.Awaiting(() => hangs).Should().ThrowAsync<Exception>("its worker was killed");
    }

    [Fact]
    public async Task A_limit_of_requests_applies_to_new_workers()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1" });
        Write(new() { ["ProcessCount"] = "1", ["MaxRequests"] = "2", ["RecycleInterval"] = "0" });
        await Reload(managed);
        int worker = managed.Workers.Single();
        for (int i = 0; i < 2; i++)
        {
            (await managed.Client.Get("/pid")).Should().Be($"{worker}");
        }

        await managed.Log.Find($"event exited . {worker} cause=RequestLimit ");
    }

    [Fact]
    public async Task A_worker_stands_by_when_the_configuration_asks_for_one_and_takes_over()
    {
        await using Managed managed = await Start(new() { ["ProcessCount"] = "1" });
        Write(new() { ["ProcessCount"] = "1", ["StandbyCount"] = "1" });
        await Reload(managed);
        await managed.Log.FindCount("stands by", 2); // the first took over in the reload
        int worker = int.Parse(await managed.Client.Get("/pid"));
        int standby = managed.Workers.Single(w => w != worker);
        Native.Send(worker, Native.Kill);
        (await managed.Client.Get("/pid")).Should().Be($"{standby}");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Managed> Start(Dictionary<string, string> options)
    {
        Write(options);
        return await Managed.Start(output, $"--config={_folder.File("app.json")}", "--events=yes", "--commands=yes");
    }

    private static async Task Reload(Managed managed, int generation = 2)
    {
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", generation);
    }

    // What a test does not name is as hasty as the other tests are.
    private void Write(Dictionary<string, string> options)
    {
        options.TryAdd("CanaryTime", "0");
        options.TryAdd("StartLeisure", "0");
        File.WriteAllText(
        _folder.File("app.json"),
        new JsonObject { ["ProcessManager"] = new JsonObject(options.Select(static o => KeyValuePair.Create(o.Key, (JsonNode?)o.Value))) }.ToJsonString());
    }
}
