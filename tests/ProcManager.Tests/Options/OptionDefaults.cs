namespace ProcManager.Tests.Options;

public class OptionDefaults
{
    /// <summary>One row an option, as the README says.</summary>
    private static readonly Dictionary<string, object?> Defaults = new()
    {
        [nameof(ProcessManagerOptions.ProcessCount)] = Environment.ProcessorCount,
        [nameof(ProcessManagerOptions.StartDelay)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.StartTimeout)] = TimeSpan.FromSeconds(60),
        [nameof(ProcessManagerOptions.DrainDelay)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.DieTimeout)] = TimeSpan.FromSeconds(60),
        [nameof(ProcessManagerOptions.PidFile)] = null,
        [nameof(ProcessManagerOptions.ControlSocket)] = "auto",
        [nameof(ProcessManagerOptions.PeekSignal)] = null,
        [nameof(ProcessManagerOptions.Metrics)] = false,
        [nameof(ProcessManagerOptions.LogFile)] = null,
        [nameof(ProcessManagerOptions.LogFileMaxSize)] = 0L,
        [nameof(ProcessManagerOptions.LogFileKeep)] = 5,
        [nameof(ProcessManagerOptions.CaptureOutput)] = false,
        [nameof(ProcessManagerOptions.LogFormat)] = LogFormat.Auto,
        [nameof(ProcessManagerOptions.Umask)] = null,
        [nameof(ProcessManagerOptions.Detach)] = false,
        [nameof(ProcessManagerOptions.ProcessTitle)] = null,
        [nameof(ProcessManagerOptions.NoSignals)] = false,
        [nameof(ProcessManagerOptions.ReloadStrategy)] = ReloadStrategy.Rolling,
        [nameof(ProcessManagerOptions.CanaryTime)] = TimeSpan.FromSeconds(1),
        [nameof(ProcessManagerOptions.MaxSurge)] = 1,
        [nameof(ProcessManagerOptions.CrashLimit)] = 10,
        [nameof(ProcessManagerOptions.CrashWindow)] = TimeSpan.FromSeconds(10),
        [nameof(ProcessManagerOptions.MaxRestartDelay)] = TimeSpan.FromSeconds(30),
        [nameof(ProcessManagerOptions.WorkingDirectory)] = null,
        [nameof(ProcessManagerOptions.Sizing)] = PoolSizing.Static,
        [nameof(ProcessManagerOptions.StartCount)] = null,
        [nameof(ProcessManagerOptions.MinSpare)] = null,
        [nameof(ProcessManagerOptions.MaxSpare)] = null,
        [nameof(ProcessManagerOptions.MaxCount)] = null,
        [nameof(ProcessManagerOptions.IdleTimeout)] = TimeSpan.FromSeconds(10),
        [nameof(ProcessManagerOptions.StandbyCount)] = null,
        [nameof(ProcessManagerOptions.StartLeisure)] = TimeSpan.FromSeconds(5),
        [nameof(ProcessManagerOptions.MaxRequests)] = 0,
        [nameof(ProcessManagerOptions.MaxRequestsJitter)] = 0,
        [nameof(ProcessManagerOptions.MaxLifetime)] = null,
        [nameof(ProcessManagerOptions.MaxLifetimeJitter)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.MaxMemory)] = 0L,
        [nameof(ProcessManagerOptions.MemoryMeasure)] = MemoryMeasure.Private,
        [nameof(ProcessManagerOptions.MemorySamples)] = 3,
        [nameof(ProcessManagerOptions.MemoryInterval)] = TimeSpan.FromSeconds(5),
        [nameof(ProcessManagerOptions.MinLifetime)] = TimeSpan.FromSeconds(30),
        [nameof(ProcessManagerOptions.MaxPoolMemory)] = 0L,
        [nameof(ProcessManagerOptions.HeapLimitPercent)] = 0,
        [nameof(ProcessManagerOptions.MaxUnavailable)] = 0,
        [nameof(ProcessManagerOptions.RecycleInterval)] = TimeSpan.FromSeconds(10),
        [nameof(ProcessManagerOptions.RecycleCeiling)] = TimeSpan.FromMinutes(5),
        [nameof(ProcessManagerOptions.RequestTimeout)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.LongRequestTimeout)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.SoftRequestTimeout)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.WatchdogInterval)] = null,
        [nameof(ProcessManagerOptions.WatchdogLadder)] = WatchdogSteps.Log | WatchdogSteps.Capture | WatchdogSteps.Terminate | WatchdogSteps.Kill,
        [nameof(ProcessManagerOptions.WatchdogGrace)] = TimeSpan.FromSeconds(5),
        [nameof(ProcessManagerOptions.CaptureTimeout)] = TimeSpan.FromSeconds(10),
        [nameof(ProcessManagerOptions.CaptureFolder)] = null,
        [nameof(ProcessManagerOptions.KeepCommand)] = null,
        [nameof(ProcessManagerOptions.KeepLimit)] = 1,
        [nameof(ProcessManagerOptions.CpuLimit)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.CpuTimeLimit)] = TimeSpan.Zero,
        [nameof(ProcessManagerOptions.RogueInterval)] = TimeSpan.FromSeconds(10),
        [nameof(ProcessManagerOptions.User)] = null,
        [nameof(ProcessManagerOptions.Group)] = null,
        [nameof(ProcessManagerOptions.ManagerKeepsPrivileges)] = true,
        [nameof(ProcessManagerOptions.NoNewPrivileges)] = false,
        [nameof(ProcessManagerOptions.Nice)] = null,
        [nameof(ProcessManagerOptions.OomScoreAdjust)] = null,
        [nameof(ProcessManagerOptions.MaxOpenFiles)] = null,
        [nameof(ProcessManagerOptions.MaxCoreSize)] = null,
        [nameof(ProcessManagerOptions.MaxAddressSpace)] = null,
        [nameof(ProcessManagerOptions.MaxProcesses)] = null,
    };

    public static TheoryData<string> Options => [.. typeof(ProcessManagerOptions).GetProperties().Where(static p => p.CanWrite).Select(static p => p.Name)];

    [Theory]
    [MemberData(nameof(Options))]
    public void The_default_is_that_of_the_documentation(string option)
    {
        Defaults.Should().ContainKey(option, "every option has a row");
        typeof(ProcessManagerOptions).GetProperty(option)!.GetValue(new ProcessManagerOptions()).Should().Be(Defaults[option]);
    }

    [Fact]
    public void The_defaults_are_valid() =>
        new ProcessManagerOptionsValidator().Validate(null, new ProcessManagerOptions()).Succeeded.Should().BeTrue();

    [Fact]
    public void The_role_is_manager_by_default()
    {
        using var manager = new ProcessManager();

        manager.Role.Should().Be(ProcessRole.Manager);
        manager.Slot.Should().Be(-1);
        manager.Generation.Should().Be(0);
    }

    [Fact]
    public void A_process_count_of_0_makes_it_a_plain_process()
    {
        using var manager = new ProcessManager(new() { ProcessCount = 0 });

        manager.Role.Should().Be(ProcessRole.Unmanaged);
    }

    [Fact]
    public void Options_can_be_changed_after_the_instance_was_made()
    {
        using var manager = new ProcessManager();

        manager.Options.ProcessCount = 0;

        manager.Role.Should().Be(ProcessRole.Unmanaged);
    }

    [Fact]
    public void A_copy_is_not_changed_with_the_original()
    {
        var options = new ProcessManagerOptions { ProcessCount = 3 };
        ProcessManagerOptions copy = options.Copy();

        options.ProcessCount = 4;
        options.Environment["TZ"] = "UTC";
        copy.Environment.Should().BeEmpty();

        copy.ProcessCount.Should().Be(3);
    }
}
