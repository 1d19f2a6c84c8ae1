using Microsoft.Extensions.Options;

namespace ProcManager.Tests.Options;

public class OptionLimits
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Tenth = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static TheoryData<string, object?> Allowed => new()
    {
        { nameof(ProcessManagerOptions.ProcessCount), 0 },
        { nameof(ProcessManagerOptions.ProcessCount), 2048 },
        { nameof(ProcessManagerOptions.MaxSurge), 1 },
        { nameof(ProcessManagerOptions.MaxSurge), 2048 },
        { nameof(ProcessManagerOptions.MaxRequests), 0 },
        { nameof(ProcessManagerOptions.MaxRequests), int.MaxValue },
        { nameof(ProcessManagerOptions.CrashLimit), 1 },
        { nameof(ProcessManagerOptions.CrashLimit), 1_000_000 },
        { nameof(ProcessManagerOptions.StartDelay), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.StartDelay), Hour },
        { nameof(ProcessManagerOptions.CanaryTime), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.CanaryTime), Hour },
        { nameof(ProcessManagerOptions.CrashWindow), Shortest },
        { nameof(ProcessManagerOptions.CrashWindow), Day },
        { nameof(ProcessManagerOptions.MaxRestartDelay), Shortest },
        { nameof(ProcessManagerOptions.MaxRestartDelay), Day },
        { nameof(ProcessManagerOptions.StartTimeout), Shortest },
        { nameof(ProcessManagerOptions.StartTimeout), Day },
        { nameof(ProcessManagerOptions.StartTimeout), null },
        { nameof(ProcessManagerOptions.DrainDelay), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.DrainDelay), Hour },
        { nameof(ProcessManagerOptions.DieTimeout), Shortest },
        { nameof(ProcessManagerOptions.DieTimeout), Day },
        { nameof(ProcessManagerOptions.DieTimeout), null },
        { nameof(ProcessManagerOptions.ProcessTitle), null },
        { nameof(ProcessManagerOptions.ProcessTitle), "x" },
        { nameof(ProcessManagerOptions.ProcessTitle), new string('x', 64) },
        { nameof(ProcessManagerOptions.ReloadStrategy), ReloadStrategy.AllAtOnce },
        { nameof(ProcessManagerOptions.PidFile), null },
        { nameof(ProcessManagerOptions.PidFile), "app.pid" },
        { nameof(ProcessManagerOptions.PeekSignal), null },
        { nameof(ProcessManagerOptions.PeekSignal), "USR2" },
        { nameof(ProcessManagerOptions.LogFile), null },
        { nameof(ProcessManagerOptions.LogFile), "app.log" },
        { nameof(ProcessManagerOptions.LogFileMaxSize), 0L },
        { nameof(ProcessManagerOptions.LogFileMaxSize), 4096L },
        { nameof(ProcessManagerOptions.LogFileMaxSize), 1L << 40 },
        { nameof(ProcessManagerOptions.LogFileKeep), 1 },
        { nameof(ProcessManagerOptions.LogFileKeep), 1000 },
        { nameof(ProcessManagerOptions.LogFormat), LogFormat.Journal },
        { nameof(ProcessManagerOptions.Umask), null },
        { nameof(ProcessManagerOptions.Umask), UnixFileMode.None },
        { nameof(ProcessManagerOptions.Umask), (UnixFileMode)0x1ff },
        { nameof(ProcessManagerOptions.ControlSocket), null },
        { nameof(ProcessManagerOptions.ControlSocket), "/run/app/control.sock" },
        { nameof(ProcessManagerOptions.WorkingDirectory), null },
        { nameof(ProcessManagerOptions.WorkingDirectory), "/" },
        { nameof(ProcessManagerOptions.Sizing), PoolSizing.OnDemand },
        { nameof(ProcessManagerOptions.StartCount), null },
        { nameof(ProcessManagerOptions.StartCount), 1 },
        { nameof(ProcessManagerOptions.StartCount), 2048 },
        { nameof(ProcessManagerOptions.MinSpare), null },
        { nameof(ProcessManagerOptions.MinSpare), 1 },
        { nameof(ProcessManagerOptions.MinSpare), 2048 },
        { nameof(ProcessManagerOptions.MaxSpare), null },
        { nameof(ProcessManagerOptions.MaxSpare), 1 },
        { nameof(ProcessManagerOptions.MaxSpare), 2048 },
        { nameof(ProcessManagerOptions.MaxCount), null },
        { nameof(ProcessManagerOptions.MaxCount), 1 },
        { nameof(ProcessManagerOptions.MaxCount), 2048 },
        { nameof(ProcessManagerOptions.StandbyCount), 0 },
        { nameof(ProcessManagerOptions.IdleTimeout), Shortest },
        { nameof(ProcessManagerOptions.StartLeisure), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.StartLeisure), TimeSpan.FromHours(1) },
        { nameof(ProcessManagerOptions.MaxRequestsJitter), int.MaxValue },
        { nameof(ProcessManagerOptions.MaxLifetime), null },
        { nameof(ProcessManagerOptions.MaxLifetime), Second },
        { nameof(ProcessManagerOptions.MaxLifetimeJitter), Year },
        { nameof(ProcessManagerOptions.MaxMemory), long.MaxValue },
        { nameof(ProcessManagerOptions.MaxPoolMemory), 1L },
        { nameof(ProcessManagerOptions.MemoryMeasure), MemoryMeasure.Virtual },
        { nameof(ProcessManagerOptions.MemorySamples), 1000 },
        { nameof(ProcessManagerOptions.MemoryInterval), Hour },
        { nameof(ProcessManagerOptions.MinLifetime), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.HeapLimitPercent), 0 },
        { nameof(ProcessManagerOptions.MaxUnavailable), 2048 },
        { nameof(ProcessManagerOptions.RecycleInterval), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.RecycleCeiling), Day },
        { nameof(ProcessManagerOptions.RequestTimeout), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.RequestTimeout), Tenth },
        { nameof(ProcessManagerOptions.RequestTimeout), Day },
        { nameof(ProcessManagerOptions.LongRequestTimeout), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.LongRequestTimeout), Tenth },
        { nameof(ProcessManagerOptions.LongRequestTimeout), Day },
        { nameof(ProcessManagerOptions.SoftRequestTimeout), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.SoftRequestTimeout), Tenth },
        { nameof(ProcessManagerOptions.SoftRequestTimeout), Day },
        { nameof(ProcessManagerOptions.CpuLimit), TimeSpan.Zero },
        { nameof(ProcessManagerOptions.CpuLimit), Tenth },
        { nameof(ProcessManagerOptions.CpuLimit), Day },
        { nameof(ProcessManagerOptions.CpuTimeLimit), Year },
        { nameof(ProcessManagerOptions.WatchdogInterval), null },
        { nameof(ProcessManagerOptions.WatchdogInterval), Hour },
        { nameof(ProcessManagerOptions.WatchdogLadder), WatchdogSteps.Keep },
        { nameof(ProcessManagerOptions.WatchdogLadder), WatchdogSteps.Kill },
        { nameof(ProcessManagerOptions.WatchdogGrace), Shortest },
        { nameof(ProcessManagerOptions.CaptureTimeout), Tenth },
        { nameof(ProcessManagerOptions.CaptureFolder), "/" },
        { nameof(ProcessManagerOptions.KeepCommand), "/bin/true" },
        { nameof(ProcessManagerOptions.KeepLimit), 100 },
        { nameof(ProcessManagerOptions.RogueInterval), Hour },
        { nameof(ProcessManagerOptions.User), "no-such-user" }, // the manager asks for it when it begins
        { nameof(ProcessManagerOptions.User), "4294967294" },
        { nameof(ProcessManagerOptions.Group), null },
        { nameof(ProcessManagerOptions.Nice), -20 },
        { nameof(ProcessManagerOptions.Nice), 19 },
        { nameof(ProcessManagerOptions.OomScoreAdjust), -1000 },
        { nameof(ProcessManagerOptions.OomScoreAdjust), 1000 },
        { nameof(ProcessManagerOptions.MaxOpenFiles), 64 },
        { nameof(ProcessManagerOptions.MaxOpenFiles), 1_073_741_816 },
        { nameof(ProcessManagerOptions.MaxCoreSize), 0L },
        { nameof(ProcessManagerOptions.MaxAddressSpace), 2L << 30 },
        { nameof(ProcessManagerOptions.MaxProcesses), 64 },
    };

    // option, value, how the value is shown, what is allowed
    public static TheoryData<string, object?, string, string> NotAllowed => new()
    {
        { nameof(ProcessManagerOptions.ProcessCount), -1, "-1", "0 to 2048" },
        { nameof(ProcessManagerOptions.ProcessCount), 2049, "2049", "0 to 2048" },
        { nameof(ProcessManagerOptions.MaxSurge), 0, "0", "1 to 2048" },
        { nameof(ProcessManagerOptions.MaxSurge), 2049, "2049", "1 to 2048" },
        { nameof(ProcessManagerOptions.MaxRequests), -1, "-1", "0 to 2147483647" },
        { nameof(ProcessManagerOptions.CrashLimit), 0, "0", "1 to 1000000" },
        { nameof(ProcessManagerOptions.CrashLimit), 1_000_001, "1000001", "1 to 1000000" },
        { nameof(ProcessManagerOptions.StartDelay), -Tick, "-00:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.StartDelay), Hour + Tick, "01:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.CanaryTime), -Tick, "-00:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.CanaryTime), Hour + Tick, "01:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.CrashWindow), Shortest - Tick, "00:00:00.0099999", "10ms to 1d" },
        { nameof(ProcessManagerOptions.CrashWindow), Day + Tick, "1.00:00:00.0000001", "10ms to 1d" },
        { nameof(ProcessManagerOptions.MaxRestartDelay), Shortest - Tick, "00:00:00.0099999", "10ms to 1d" },
        { nameof(ProcessManagerOptions.MaxRestartDelay), Day + Tick, "1.00:00:00.0000001", "10ms to 1d" },
        { nameof(ProcessManagerOptions.StartTimeout), TimeSpan.Zero, "0s", "off (null) to wait without end" },
        { nameof(ProcessManagerOptions.StartTimeout), Day + Tick, "1.00:00:00.0000001", "10ms to 1d, or off (null)" },
        { nameof(ProcessManagerOptions.DrainDelay), -Tick, "-00:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.DrainDelay), Hour + Tick, "01:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.DieTimeout), Shortest - Tick, "00:00:00.0099999", "10ms to 1d, or off (null)" },
        { nameof(ProcessManagerOptions.DieTimeout), Timeout.InfiniteTimeSpan, "-00:00:00.0010000", "off (null) to wait without end" },
        { nameof(ProcessManagerOptions.ProcessTitle), "", "", "1 to 64 characters, no control characters, or null for the program's name" },
        { nameof(ProcessManagerOptions.ProcessTitle), new string('x', 65), new string('x', 65), "1 to 64 characters" },
        { nameof(ProcessManagerOptions.ProcessTitle), "a\nb", "a\nb", "no control characters" },
        { nameof(ProcessManagerOptions.ReloadStrategy), (ReloadStrategy)7, "7", "Rolling or AllAtOnce" },
        { nameof(ProcessManagerOptions.PidFile), "", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.PidFile), "a\0b", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.PeekSignal), "HUP", "HUP", "USR1, USR2, or off (null)" },
        { nameof(ProcessManagerOptions.LogFile), "", "''", "a path, or null for none" },
        { nameof(ProcessManagerOptions.LogFileMaxSize), 4095L, "4095", "4KiB to 1TiB, or off (0)" },
        { nameof(ProcessManagerOptions.LogFileMaxSize), (1L << 40) + 1, "1099511627777", "4KiB to 1TiB, or off (0)" },
        { nameof(ProcessManagerOptions.LogFileKeep), 0, "0", "1 to 1000" },
        { nameof(ProcessManagerOptions.LogFileKeep), 1001, "1001", "1 to 1000" },
        { nameof(ProcessManagerOptions.LogFormat), (LogFormat)9, "9", "Auto, Text, Json, Journal" },
        { nameof(ProcessManagerOptions.Umask), (UnixFileMode)0x200, "01000", "0000 to 0777, or null for the one with which the program was started" },
        { nameof(ProcessManagerOptions.ControlSocket), "", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.WorkingDirectory), "", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.Sizing), (PoolSizing)7, "7", "Static, Dynamic, OnDemand" },
        { nameof(ProcessManagerOptions.StartCount), 0, "0", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.StartCount), 2049, "2049", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MinSpare), 0, "0", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MinSpare), 2049, "2049", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MaxSpare), 0, "0", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MaxSpare), 2049, "2049", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MaxCount), 0, "0", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.MaxCount), 2049, "2049", "1 to 2048, or null" },
        { nameof(ProcessManagerOptions.StandbyCount), -1, "-1", "0 to 2048, or null" },
        { nameof(ProcessManagerOptions.IdleTimeout), Shortest - Tick, "00:00:00.0099999", "10ms to 1d" },
        { nameof(ProcessManagerOptions.StartLeisure), -Tick, "-00:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.StartLeisure), TimeSpan.FromHours(1) + Tick, "01:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.IdleTimeout), Day + Tick, "1.00:00:00.0000001", "to 1d" },
        { nameof(ProcessManagerOptions.MaxRequestsJitter), -1, "-1", "0 to 2147483647" },
        { nameof(ProcessManagerOptions.MaxLifetime), Second - Tick, "00:00:00.9999999", "1s to 365d" },
        { nameof(ProcessManagerOptions.MaxLifetime), Year + Tick, "365.00:00:00.0000001", "or off (null) for no limit" },
        { nameof(ProcessManagerOptions.MaxLifetimeJitter), -Tick, "-00:00:00.0000001", "0s to 365d" },
        { nameof(ProcessManagerOptions.MaxMemory), -1L, "-1", "off (0) for no limit" },
        { nameof(ProcessManagerOptions.MaxPoolMemory), -1L, "-1", "off (0) for no limit" },
        { nameof(ProcessManagerOptions.MemoryMeasure), (MemoryMeasure)9, "9", "Private, Resident, Proportional, Virtual" },
        { nameof(ProcessManagerOptions.MemorySamples), 0, "0", "1 to 1000" },
        { nameof(ProcessManagerOptions.MemorySamples), 1001, "1001", "1 to 1000" },
        { nameof(ProcessManagerOptions.MemoryInterval), Hour + Tick, "01:00:00.0000001", "10ms to 1h" },
        { nameof(ProcessManagerOptions.MinLifetime), -Tick, "-00:00:00.0000001", "0s to 1d" },
        { nameof(ProcessManagerOptions.HeapLimitPercent), 100, "100", "0 while MaxMemory is 0" },
        { nameof(ProcessManagerOptions.MaxUnavailable), -1, "-1", "0 to 2048" },
        { nameof(ProcessManagerOptions.RecycleInterval), Hour + Tick, "01:00:00.0000001", "0s to 1h" },
        { nameof(ProcessManagerOptions.RecycleCeiling), Shortest - Tick, "00:00:00.0099999", "10ms to 1d" },
        { nameof(ProcessManagerOptions.RequestTimeout), Tenth - Tick, "00:00:00.0999999", "off (zero) for no limit, or 100ms to 1d" },
        { nameof(ProcessManagerOptions.RequestTimeout), -Second, "-00:00:01", "off (zero) for no limit" },
        { nameof(ProcessManagerOptions.LongRequestTimeout), Tenth - Tick, "00:00:00.0999999", "off (zero) for no limit, or 100ms to 1d" },
        { nameof(ProcessManagerOptions.LongRequestTimeout), -Second, "-00:00:01", "off (zero) for no limit" },
        { nameof(ProcessManagerOptions.SoftRequestTimeout), Tenth - Tick, "00:00:00.0999999", "off (zero) for no limit, or 100ms to 1d" },
        { nameof(ProcessManagerOptions.SoftRequestTimeout), -Second, "-00:00:01", "off (zero) for no limit" },
        { nameof(ProcessManagerOptions.CpuLimit), Tenth - Tick, "00:00:00.0999999", "off (zero) for no limit, or 100ms to 1d" },
        { nameof(ProcessManagerOptions.CpuLimit), -Second, "-00:00:01", "off (zero) for no limit" },
        { nameof(ProcessManagerOptions.CpuTimeLimit), Second - Tick, "00:00:00.9999999", "off (zero) for no limit, or 1s to 365d" },
        { nameof(ProcessManagerOptions.WatchdogInterval), TimeSpan.Zero, "0s", "10ms to 1h" },
        { nameof(ProcessManagerOptions.WatchdogLadder), WatchdogSteps.Log | WatchdogSteps.Terminate, "Log, Terminate", "either Kill or Keep" },
        { nameof(ProcessManagerOptions.WatchdogLadder), WatchdogSteps.Kill | WatchdogSteps.Keep, "Kill, Keep", "either Kill or Keep" },
        { nameof(ProcessManagerOptions.WatchdogLadder), WatchdogSteps.None, "None", "either Kill or Keep" },
        { nameof(ProcessManagerOptions.WatchdogLadder), (WatchdogSteps)80, "80", "either Kill or Keep" },
        { nameof(ProcessManagerOptions.WatchdogGrace), TimeSpan.Zero, "0s", "10ms to 1d" },
        { nameof(ProcessManagerOptions.CaptureTimeout), Tenth - Tick, "00:00:00.0999999", "100ms to 10m" },
        { nameof(ProcessManagerOptions.CaptureFolder), "/no/such/folder", "/no/such/folder", "a folder that is there" },
        { nameof(ProcessManagerOptions.CaptureFolder), "", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.KeepCommand), "", "''", "a path, or null" },
        { nameof(ProcessManagerOptions.KeepLimit), 0, "0", "1 to 100" },
        { nameof(ProcessManagerOptions.KeepLimit), 101, "101", "1 to 100" },
        { nameof(ProcessManagerOptions.RogueInterval), TimeSpan.Zero, "0s", "10ms to 1h" },
        { nameof(ProcessManagerOptions.User), "", "''", "name or number of a user, or null" },
        { nameof(ProcessManagerOptions.User), "a:b", "'a:b'", "name or number of a user, or null" },
        { nameof(ProcessManagerOptions.User), "4294967295", "'4294967295'", "name or number of a user, or null" }, // for the kernel: as it is
        { nameof(ProcessManagerOptions.Group), "", "''", "name or number of a group, or null" },
        { nameof(ProcessManagerOptions.Group), "www", "www", "null while User is null" },
        { nameof(ProcessManagerOptions.Nice), -21, "-21", "-20 to 19, or null" },
        { nameof(ProcessManagerOptions.Nice), 20, "20", "-20 to 19, or null" },
        { nameof(ProcessManagerOptions.OomScoreAdjust), -1001, "-1001", "-1000 to 1000, or null" },
        { nameof(ProcessManagerOptions.OomScoreAdjust), 1001, "1001", "-1000 to 1000, or null" },
        { nameof(ProcessManagerOptions.MaxOpenFiles), 63, "63", "64 to 1073741816, or null" },
        { nameof(ProcessManagerOptions.MaxOpenFiles), 1_073_741_817, "1073741817", "64 to 1073741816, or null" },
        { nameof(ProcessManagerOptions.MaxCoreSize), -1L, "-1", "a number of bytes, or null" },
        { nameof(ProcessManagerOptions.MaxAddressSpace), (2L << 30) - 1, "2147483647", "2147483648 bytes and more, or null" },
        { nameof(ProcessManagerOptions.MaxProcesses), 63, "63", "64 to 2147483647, or null" },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_value_at_its_limit_is_taken(string option, object? value) =>
        new ProcessManagerOptionsValidator().Validate(null, With(option, value)).Failures.Should().BeNullOrEmpty();

    [Theory]
    [MemberData(nameof(NotAllowed))]
    public void A_value_beyond_its_limit_is_refused_with_option_value_and_range(string option, object? value, string shown, string allowed)
    {
        ValidateOptionsResult result = new ProcessManagerOptionsValidator().Validate(null, With(option, value));

        result.Failures.Should().ContainSingle().Which.Should().StartWith($"ProcessManager:{option} is {shown}; allowed: ").And.Contain(allowed);
    }

    [Fact]
    public void Every_option_but_the_switches_has_a_limit_that_is_tested()
    {
        IEnumerable<string> options = typeof(ProcessManagerOptions).GetProperties().Where(static p => p.CanWrite && p.PropertyType != typeof(bool)).Select(static p => p.Name);

        NotAllowed.Select(static row => (string)row[0]!).Distinct().Should().BeEquivalentTo(options);
    }

    [Fact]
    public void Several_failures_are_told_at_once()
    {
        var options = new ProcessManagerOptions { ProcessCount = -1, DieTimeout = TimeSpan.Zero, ProcessTitle = "" };

        Action make = () => _ = new ProcessManager(options);

        make.Should().Throw<ProcManagerConfigurationException>().Which.Failures.Should().HaveCount(3);
    }

    private static ProcessManagerOptions With(string option, object? value)
    {
        var options = new ProcessManagerOptions();
        typeof(ProcessManagerOptions).GetProperty(option)!.SetValue(options, value);
        return options;
    }
}
