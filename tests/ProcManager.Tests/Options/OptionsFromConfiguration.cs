using Microsoft.Extensions.Configuration;
using ProcManager.Settings;

namespace ProcManager.Tests.Options;

public class OptionsFromConfiguration
{
    [Fact]
    public void Every_option_is_read()
    {
        var values = new Dictionary<string, string?>
        {
            ["ProcessCount"] = "7",
            ["StartDelay"] = "00:00:00.250",
            ["StartTimeout"] = "00:01:30",
            ["DieTimeout"] = "01:00:00",
            ["DrainDelay"] = "15s",
            ["PidFile"] = "/run/app.pid",
            ["ProcessTitle"] = "shop",
            ["NoSignals"] = "true",
            ["ReloadStrategy"] = "AllAtOnce",
            ["CanaryTime"] = "00:00:05",
            ["MaxSurge"] = "3",
            ["MaxRequests"] = "1000",
            ["CrashLimit"] = "20",
            ["CrashWindow"] = "00:00:20",
            ["MaxRestartDelay"] = "00:02:00",
            ["ControlSocket"] = "/run/app.sock",
            ["PeekSignal"] = "USR2",
            ["Metrics"] = "true",
            ["LogFile"] = "/var/log/app.log",
            ["LogFileMaxSize"] = "10MiB",
            ["LogFileKeep"] = "7",
            ["CaptureOutput"] = "true",
            ["LogFormat"] = "json",
            ["Umask"] = "027",
            ["Detach"] = "true",
            ["WorkingDirectory"] = "/srv/app",
            ["Sizing"] = "Dynamic",
            ["StartCount"] = "3",
            ["MinSpare"] = "2",
            ["MaxSpare"] = "5",
            ["MaxCount"] = "9",
            ["StandbyCount"] = "1",
            ["IdleTimeout"] = "00:00:30",
            ["StartLeisure"] = "00:00:02",
            ["MaxRequestsJitter"] = "50",
            ["MaxLifetime"] = "1.00:00:00",
            ["MaxLifetimeJitter"] = "01:00:00",
            ["MaxMemory"] = "300000000",
            ["MemoryMeasure"] = "Resident",
            ["MemorySamples"] = "4",
            ["MemoryInterval"] = "00:00:07",
            ["MinLifetime"] = "00:01:00",
            ["MaxPoolMemory"] = "900000000",
            ["HeapLimitPercent"] = "150",
            ["MaxUnavailable"] = "1",
            ["RecycleInterval"] = "00:00:03",
            ["RecycleCeiling"] = "00:02:00",
            ["RequestTimeout"] = "00:00:20",
            ["LongRequestTimeout"] = "00:10:00",
            ["SoftRequestTimeout"] = "00:00:15",
            ["WatchdogInterval"] = "00:00:01",
            ["WatchdogLadder"] = "Log, Capture, Keep",
            ["WatchdogGrace"] = "00:00:02",
            ["CaptureTimeout"] = "00:00:04",
            ["CaptureFolder"] = "/",
            ["KeepCommand"] = "/bin/true",
            ["KeepLimit"] = "2",
            ["CpuLimit"] = "00:00:30",
            ["CpuTimeLimit"] = "10:00:00",
            ["RogueInterval"] = "00:00:05",
            ["User"] = "www-data",
            ["Group"] = "adm",
            ["ManagerKeepsPrivileges"] = "false",
            ["NoNewPrivileges"] = "true",
            ["Nice"] = "-5",
            ["OomScoreAdjust"] = "500",
            ["MaxOpenFiles"] = "4096",
            ["MaxCoreSize"] = "0",
            ["MaxAddressSpace"] = "8GiB",
            ["MaxProcesses"] = "500",
        };
        values.Keys.Should().BeEquivalentTo(typeof(ProcessManagerOptions).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name), "a new option belongs into this test");

        Read(values).Should().BeEquivalentTo(new ProcessManagerOptions
        {
            ProcessCount = 7,
            StartDelay = TimeSpan.FromMilliseconds(250),
            StartTimeout = TimeSpan.FromSeconds(90),
            DieTimeout = TimeSpan.FromHours(1),
            DrainDelay = TimeSpan.FromSeconds(15),
            PidFile = "/run/app.pid",
            ProcessTitle = "shop",
            NoSignals = true,
            ReloadStrategy = ReloadStrategy.AllAtOnce,
            CanaryTime = TimeSpan.FromSeconds(5),
            MaxSurge = 3,
            MaxRequests = 1000,
            CrashLimit = 20,
            CrashWindow = TimeSpan.FromSeconds(20),
            MaxRestartDelay = TimeSpan.FromMinutes(2),
            ControlSocket = "/run/app.sock",
            PeekSignal = "USR2",
            Metrics = true,
            LogFile = "/var/log/app.log",
            LogFileMaxSize = 10 * 1024 * 1024,
            LogFileKeep = 7,
            CaptureOutput = true,
            LogFormat = LogFormat.Json,
            Detach = true,
            Umask = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute,
            WorkingDirectory = "/srv/app",
            Sizing = PoolSizing.Dynamic,
            StartCount = 3,
            MinSpare = 2,
            MaxSpare = 5,
            MaxCount = 9,
            StandbyCount = 1,
            IdleTimeout = TimeSpan.FromSeconds(30),
            StartLeisure = TimeSpan.FromSeconds(2),
            MaxRequestsJitter = 50,
            MaxLifetime = TimeSpan.FromDays(1),
            MaxLifetimeJitter = TimeSpan.FromHours(1),
            MaxMemory = 300_000_000,
            MemoryMeasure = MemoryMeasure.Resident,
            MemorySamples = 4,
            MemoryInterval = TimeSpan.FromSeconds(7),
            MinLifetime = TimeSpan.FromMinutes(1),
            MaxPoolMemory = 900_000_000,
            HeapLimitPercent = 150,
            MaxUnavailable = 1,
            RecycleInterval = TimeSpan.FromSeconds(3),
            RecycleCeiling = TimeSpan.FromMinutes(2),
            RequestTimeout = TimeSpan.FromSeconds(20),
            LongRequestTimeout = TimeSpan.FromMinutes(10),
            SoftRequestTimeout = TimeSpan.FromSeconds(15),
            WatchdogInterval = TimeSpan.FromSeconds(1),
            WatchdogLadder = WatchdogSteps.Log | WatchdogSteps.Capture | WatchdogSteps.Keep,
            WatchdogGrace = TimeSpan.FromSeconds(2),
            CaptureTimeout = TimeSpan.FromSeconds(4),
            CaptureFolder = "/",
            KeepCommand = "/bin/true",
            KeepLimit = 2,
            CpuLimit = TimeSpan.FromSeconds(30),
            CpuTimeLimit = TimeSpan.FromHours(10),
            RogueInterval = TimeSpan.FromSeconds(5),
            User = "www-data",
            Group = "adm",
            ManagerKeepsPrivileges = false,
            NoNewPrivileges = true,
            Nice = -5,
            OomScoreAdjust = 500,
            MaxOpenFiles = 4096,
            MaxCoreSize = 0,
            MaxAddressSpace = 8L << 30,
            MaxProcesses = 500,
        });
    }

    [Fact]
    public void Keys_are_read_in_any_case() =>
        Read(new() { ["processcount"] = "7" }).ProcessCount.Should().Be(7);

    [Fact]
    public void A_missing_section_leaves_the_defaults() =>
        ProcessManagerConfiguration.Read(new ConfigurationBuilder().Build()).Should().BeEquivalentTo(new ProcessManagerOptions());

    [Theory]
    [InlineData(nameof(ProcessManagerOptions.StartTimeout))]
    [InlineData(nameof(ProcessManagerOptions.DieTimeout))]
    [InlineData(nameof(ProcessManagerOptions.PidFile))]
    [InlineData(nameof(ProcessManagerOptions.WorkingDirectory))]
    [InlineData(nameof(ProcessManagerOptions.StartCount))]
    [InlineData(nameof(ProcessManagerOptions.MinSpare))]
    [InlineData(nameof(ProcessManagerOptions.MaxSpare))]
    [InlineData(nameof(ProcessManagerOptions.MaxCount))]
    [InlineData(nameof(ProcessManagerOptions.MaxLifetime))]
    [InlineData(nameof(ProcessManagerOptions.WatchdogInterval))]
    [InlineData(nameof(ProcessManagerOptions.CaptureFolder))]
    [InlineData(nameof(ProcessManagerOptions.KeepCommand))]
    public void An_empty_value_takes_an_optional_one_away(string option)
    {
        ProcessManagerOptions options = Read(new() { [option] = "" });

        typeof(ProcessManagerOptions).GetProperty(option)!.GetValue(options).Should().BeNull();
    }

    [Fact]
    public void An_unknown_key_is_refused_by_its_name_with_the_list_of_options() =>
        FluentActions.Invoking(static () => Read(new() { ["Colour"] = "red" }))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("ProcessManager:Colour is 'red', which is not an option; allowed in ProcessManager: *DieTimeout*ProcessCount*");

    [Fact]
    public void An_unknown_key_that_is_nearly_an_option_is_refused_with_that_option() =>
        FluentActions.Invoking(static () => Read(new() { ["ProcesCount"] = "4" }))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("ProcessManager:ProcesCount is '4', which is not an option; the nearest is ProcessManager:ProcessCount.");

    [Theory]
    [InlineData("ProcessCount", "many", "a whole number")]
    [InlineData("DieTimeout", "60", "a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss, or off")]
    [InlineData("StartDelay", "soon", "a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss")]
    [InlineData("MaxMemory", "200 megs", "a number of bytes, such as 200MiB, 1.5GB or 209715200, or off")]
    [InlineData("NoSignals", "perhaps", "true or false")]
    [InlineData("ReloadStrategy", "Gently", "Rolling, AllAtOnce")]
    [InlineData("ReloadStrategy", "1", "Rolling, AllAtOnce")]
    public void A_value_that_cannot_be_read_is_refused_with_key_value_and_what_is_allowed(string key, string value, string allowed) =>
        FluentActions.Invoking(() => Read(new() { [key] = value }))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage($"ProcessManager:{key} is '{value}'; allowed: {allowed}.");

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        FluentActions.Invoking(static () => Read(new() { ["ProcessCount"] = "-4", ["DieTimeout"] = "soon", ["Colour"] = "red" }))
            .Should().Throw<ProcManagerConfigurationException>().Which.Failures.Should().HaveCount(3);

    [Fact]
    public void A_section_with_the_name_of_the_package_gets_a_hint() =>
        FluentActions.Invoking(static () => ProcessManagerConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection([new("ProcManager:ProcessCount", "4")]).Build()))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("ProcManager:ProcessCount is not read; the options stand in the section ProcessManager: write ProcessManager:ProcessCount.");

    [Fact]
    public void A_section_of_that_name_without_our_options_is_the_programs_own() =>
        ProcessManagerConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection([new("ProcManager:Theme", "dark")]).Build()).Should().BeEquivalentTo(new ProcessManagerOptions());

    [Fact]
    public void Every_option_stands_in_the_table_of_settings() =>
        ProcessManagerSettings.All.Select(static s => s.Name).Should().BeEquivalentTo(typeof(ProcessManagerOptions).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name));

    [Fact]
    public void A_value_out_of_its_range_is_refused_by_the_constructor()
    {
        IConfiguration configuration = Configuration(new() { ["ProcessCount"] = "-4" });

        Action make = () => _ = new ProcessManager(configuration);

        make.Should().Throw<ProcManagerConfigurationException>().WithMessage("*ProcessManager:ProcessCount is -4; allowed: 0 to 2048.*");
    }

    [Fact]
    public void The_constructor_reads_the_section()
    {
        using var manager = new ProcessManager(Configuration(new() { ["ProcessCount"] = "5" }));

        manager.Options.ProcessCount.Should().Be(5);
    }

    private static ProcessManagerOptions Read(Dictionary<string, string?> values) => ProcessManagerConfiguration.Read(Configuration(values));

    private static IConfiguration Configuration(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(static v => "ProcessManager:" + v.Key, static v => v.Value)).Build();

    [Theory]
    [InlineData("ProcessManager:WatchdogLadder:0", "Log", "ProcessManager:WatchdogLadder:0 is 'Log', but ProcessManager:WatchdogLadder is one value*")]
    [InlineData("ProcessManager:ProcessCount:0", "4", "ProcessManager:ProcessCount:0 is '4', but ProcessManager:ProcessCount is one value*")]
    [InlineData("ProcessManager:DieTimeout:Seconds", "4", "ProcessManager:DieTimeout:Seconds is '4', but ProcessManager:DieTimeout is one value*")]
    public void A_list_or_a_section_where_one_value_is_wanted_is_refused(string key, string value, string message) =>
        FluentActions.Invoking(() => ProcessManagerConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build()))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage(message);
}
