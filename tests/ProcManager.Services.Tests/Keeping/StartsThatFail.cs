namespace ProcManager.Services.Tests.Keeping;

/// <summary>What is told of starts that fail.</summary>
[Trait("Row", "E2")]
public sealed class StartsThatFail
{
    [Fact]
    public async Task The_last_line_that_the_start_command_has_written_is_part_of_the_reason()
    {
        await using KeeperHost host = new KeeperHost(Failing("echo first; echo 'unknown directive \"bad\"' >&2; echo >&2; exit 3")).Start();
        const string Reason = "the start command exited with code 3: unknown directive \"bad\"";
        (await host.Told.Comes(ServiceChange.StartFailed)).Reason.Should().Be(Reason);
        await host.Log.Says($"service a: start failed: {Reason}");
        await host.Is("a", static s => s.Reason == $"the start failed: {Reason}", "the reason");
        host["a"].LastDeath!.Reason.Should().EndWith(Reason);
    }

    [Fact]
    public async Task A_start_command_that_has_written_nothing_has_only_its_exit_code()
    {
        await using KeeperHost host = new KeeperHost(Failing("exit 3")).Start();
        (await host.Told.Comes(ServiceChange.StartFailed)).Reason.Should().Be("the start command exited with code 3");
    }

    [Fact]
    public async Task Further_starts_of_a_service_that_does_not_come_up_do_not_read_as_success()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(Failing($"echo >> {host.Files.File("starts")}; exit 3"));
        host.Start();
        await Until.True(() => host.Files.Lines("starts") >= 3, "three starts");
        await host.Log.Says("service a: started again after a start that failed (pid ");
        host.Log.Count("service a: started (pid ").Should().Be(1);
    }

    private static ServiceDefinition Failing(string script) => new()
    {
        Name = "a",
        Start = ServiceCommand.Shell(script),
        Checks = { new PidFileCheck { Path = "/nonexistent/a.pid" } },
        Interval = TimeSpan.FromMilliseconds(100),
        Backoff = { Initial = TimeSpan.FromMilliseconds(100) },
    };
}
