using ProcManager.Settings;

namespace ProcManager.Tests.Options;

/// <summary>An option that another one makes useless is told: mostly the other one was forgotten.</summary>
public class OptionsThatDoNothing
{
    [Fact]
    public void By_default_there_is_none() => OptionsWithoutEffect.In(new ProcessManagerOptions()).Should().BeEmpty();

    [Fact]
    public void Limits_of_a_dynamic_pool_in_a_static_one() => Told(new ProcessManagerOptions { MinSpare = 2, MaxSpare = 4, MaxCount = 20 })
        .Should().Equal("MinSpare, MaxSpare and MaxCount have no effect, as Sizing is Static: set Sizing to Dynamic, or leave MinSpare, MaxSpare and MaxCount out");

    [Theory]
    [InlineData(PoolSizing.OnDemand)]
    [InlineData(PoolSizing.PerRequest)]
    public void The_number_of_first_workers_in_a_pool_that_begins_with_none(PoolSizing sizing) => Told(new ProcessManagerOptions { Sizing = sizing, StartCount = 2, MaxCount = 20 })
        .Should().Equal($"StartCount has no effect, as Sizing is {sizing}: set Sizing to Dynamic, or leave StartCount out");

    [Fact]
    public void What_belongs_to_another_option_that_is_off() =>
        Told(new ProcessManagerOptions { MaxRequestsJitter = 10, MaxLifetimeJitter = TimeSpan.FromMinutes(1), LogFileMaxSize = 65536, KeepCommand = "/bin/true" }).Should().Equal(
            "MaxRequestsJitter has no effect, as MaxRequests is 0: set MaxRequests, or leave MaxRequestsJitter out",
            "MaxLifetimeJitter has no effect, as MaxLifetime is off: set MaxLifetime, or leave MaxLifetimeJitter out",
            "LogFileMaxSize has no effect, as LogFile is off: set LogFile, or leave LogFileMaxSize out",
            "KeepCommand has no effect, as WatchdogLadder has no Keep: put Keep in the place of Kill, or leave KeepCommand out");

    [Fact]
    public void What_has_its_effect_is_not_told() => Told(new ProcessManagerOptions
    {
        Sizing = PoolSizing.Dynamic,
        StartCount = 3,
        MinSpare = 2,
        MaxSpare = 4,
        MaxCount = 20,
        MaxRequests = 100,
        MaxRequestsJitter = 10,
        MaxLifetime = TimeSpan.FromHours(1),
        MaxLifetimeJitter = TimeSpan.FromMinutes(1),
        LogFile = "/var/log/app.log",
        LogFileMaxSize = 65536,
        WatchdogLadder = WatchdogSteps.Log | WatchdogSteps.Keep,
        KeepCommand = "/bin/true",
    }).Should().BeEmpty();

    private static IEnumerable<string> Told(ProcessManagerOptions options) => OptionsWithoutEffect.In(options);
}
