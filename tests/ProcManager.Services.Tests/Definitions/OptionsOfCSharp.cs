using Microsoft.Extensions.Options;

namespace ProcManager.Services.Tests.Definitions;

/// <summary>Options made in C# have the rules of the file.</summary>
[Trait("Row", "E1")]
public sealed class OptionsOfCSharp
{
    [Fact]
    public void Options_without_a_mistake_pass()
    {
        var options = new ServiceKeeperOptions { Services = { Redis() } };
        new ServiceKeeperOptionsValidator().Validate(null, options).Should().BeSameAs(ValidateOptionsResult.Success);
        ServiceKeeperOptionsValidator.ThrowIfInvalid(options);
    }

    [Fact]
    public void A_status_page_for_other_machines_names_the_fields_in_the_words_of_its_definitions()
    {
        FluentActions.Invoking(static () => ServiceKeeperOptions.Parse("""{ "status": { "endPoint": "0.0.0.0:80" }, "services": {} }""", "s")).Should().Throw<ServiceDefinitionException>().Which.Message
            .Should().Match("s:1: status.endPoint: \"0.0.0.0:80\" is not allowed here; allowed: * when status.allowRemote is true and status.token is set");
        FluentActions.Invoking(static () => ServiceKeeperOptionsValidator.ThrowIfInvalid(new ServiceKeeperOptions { Status = { EndPoint = "0.0.0.0:80" } })).Should().Throw<ProcManagerConfigurationException>().Which.Message
            .Should().Match("*Status.EndPoint: \"0.0.0.0:80\" is not allowed here; allowed: * when Status.AllowRemote is true and Status.Token is set.*");
    }

    [Fact]
    public void All_mistakes_come_at_once_with_the_names_of_C_sharp()
    {
        ServiceDefinition redis = Redis();
        redis.Interval = TimeSpan.FromMilliseconds(50);
        redis.Kind = (ServiceKind)7;
        redis.Start!.Environment["A=B"] = "secret";
        redis.Checks.Add(new TcpCheck { Host = "", Port = 65536 });
        redis.Checks.Add(new HttpCheck { MinStatus = 300, MaxStatus = 200 });
        redis.Checks.Add(new HttpCheck { Url = new Uri("ftp://x"), Failures = 0 });
        redis.Checks.Add(new CommandCheck());
        redis.Backoff.Initial = TimeSpan.FromHours(1);
        redis.SnapshotCommands.Add(new ServiceCommand("bin/free"));
        redis.DependsOn.Add("sentinel");
        redis.Notify = new ServiceNotifyOptions { Mail = "a b" };
        var options = new ServiceKeeperOptions { Folder = "keep", Services = { redis, Redis(), new ServiceDefinition() } };
        Action check = () => ServiceKeeperOptionsValidator.ThrowIfInvalid(options);
        check.Should().Throw<ProcManagerConfigurationException>().Which.Failures.Select(static f => f.Split("; allowed")[0]).Should().BeEquivalentTo(
            "Folder: \"keep\" is no absolute path",
            "Services[\"redis\"].Interval: 50ms is too short",
            "Services[\"redis\"].Kind: 7 is no kind of service",
            "Services[\"redis\"].Start.Environment[\"A=B\"] has a name that is not allowed",
            "Services[\"redis\"].Checks[1].Port: 65536 is no port",
            "Services[\"redis\"].Checks[1].Host: \"\" is no host",
            "Services[\"redis\"].Checks[2].Url is missing: an address such as http://127.0.0.1:8080/health, http or https.",
            "Services[\"redis\"].Checks[2].MinStatus to MaxStatus: \"300-200\" is no status",
            "Services[\"redis\"].Checks[3].Url: \"ftp://x\" is no address of HTTP",
            "Services[\"redis\"].Checks[3].Failures: 0 is too small",
            "Services[\"redis\"].Checks[4].Command.Command is missing: a program with its arguments, or a line for the shell.",
            "Services[\"redis\"].Backoff.Initial: 1h is too long",
            "Services[\"redis\"].SnapshotCommands[0].Command: \"bin/free\" is no program",
            "Services[\"redis\"].DependsOn[0]: \"sentinel\" is no service",
            "Services[\"redis\"].Notify.Mail: \"a b\" is no address",
            "Services[\"redis\"].Name: \"redis\" is the name of another service as well",
            "Services[2].Name: \"\" is no name for a service",
            "Services[2].Start is missing: the command that starts the service.",
            "Services[2].Checks is missing: how the keeper sees that the service runs. Needed for a detached service; a foreground one runs as long as its process does.");
    }

    [Fact]
    public void A_path_of_a_pid_file_is_named_as_the_property()
    {
        ServiceDefinition redis = Redis();
        redis.Checks.Add(new PidFileCheck { Path = "run/redis.pid", Executable = "redis" });
        redis.Checks.Add(new UnixSocketCheck());
        new ServiceKeeperOptionsValidator().Validate(null, new ServiceKeeperOptions { Services = { redis } }).Failures.Should().Equal(
            "Services[\"redis\"].Checks[1].Path: \"run/redis.pid\" is no absolute path; allowed: a path that begins with / and has no control characters.",
            "Services[\"redis\"].Checks[1].Executable: \"redis\" is no absolute path; allowed: a path that begins with / and has no control characters.",
            "Services[\"redis\"].Checks[2].Path: \"\" is no absolute path; allowed: a path that begins with / and has no control characters.");
    }

    private static ServiceDefinition Redis() => new() { Name = "redis", Start = new ServiceCommand("redis-server"), Checks = { new TcpCheck { Port = 6379 } } };
}
