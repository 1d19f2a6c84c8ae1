namespace ProcManager.Tests.Options;

public class OptionDefaults
{
    [Fact]
    public void The_defaults_are_those_of_the_documentation() =>
        new ProcessManagerOptions().Should().BeEquivalentTo(new
        {
            ProcessCount = Environment.ProcessorCount,
            StartDelay = TimeSpan.Zero,
            StartTimeout = TimeSpan.FromSeconds(60),
            DieTimeout = TimeSpan.FromSeconds(60),
            PidFile = (string?)null,
            ProcessTitle = "procmanager",
            NoSignals = false,
            ReloadStrategy = ReloadStrategy.Rolling,
            CanaryTime = TimeSpan.FromSeconds(1),
            MaxSurge = 1,
            MaxRequests = 0,
            CrashLimit = 10,
            CrashWindow = TimeSpan.FromSeconds(10),
            MaxRestartDelay = TimeSpan.FromSeconds(30),
            WorkingDirectory = (string?)null,
        });

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

        copy.ProcessCount.Should().Be(3);
    }

    [Fact]
    public void Windows_is_refused_with_a_way_out() =>
        FluentActions.Invoking(static () => Platform.ThrowIfUnsupported(isWindows: true))
            .Should().Throw<PlatformNotSupportedException>().WithMessage("*needs a Unix*WSL*Linux container*");

    [Fact]
    public void Everything_else_is_not_refused() =>
        FluentActions.Invoking(static () => Platform.ThrowIfUnsupported(isWindows: false)).Should().NotThrow();
}
