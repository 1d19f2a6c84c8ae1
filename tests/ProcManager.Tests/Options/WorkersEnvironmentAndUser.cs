using Microsoft.Extensions.Configuration;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Options;

/// <summary>Variables and the user of workers, as options.</summary>
public class WorkersEnvironmentAndUser
{
    [Fact]
    public void Variables_are_keys_of_their_section_and_a_null_takes_one_out()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["app.json"], """{ "ProcessManager": { "Environment": { "TZ": "UTC", "Logging__Level": "Debug", "EMPTY": "", "PROXY": null } } }""");
        Read(new ConfigurationBuilder().AddJsonFile(folder["app.json"])).Environment.Should().BeEquivalentTo(
            new Dictionary<string, string?> { ["TZ"] = "UTC", ["Logging__Level"] = "Debug", ["EMPTY"] = "", ["PROXY"] = null });
    }

    [Theory]
    [InlineData("Environment:A:B", "hidden", "ProcessManager:Environment:A:B is given, but ProcessManager:Environment:A is one value, *")]
    [InlineData("Environment", "hidden", "ProcessManager:Environment is given; allowed: a section with a key for each variable, such as ProcessManager:Environment:TZ.")]
    [InlineData("Environment:A=B", "hidden", "ProcessManager:Environment has the name 'A=B'; allowed: names without '=' and NUL.")]
    [InlineData("Environment:PROCMANAGER_WORKER", "hidden", "ProcessManager:Environment has the name 'PROCMANAGER_WORKER'; allowed: names that do not begin with PROCMANAGER_*")]
    [InlineData("Environment:A", "hid\0den", "ProcessManager:Environment:A has a NUL in its value; allowed: values without one.")]
    public void A_mistake_is_named_and_its_value_is_not(string key, string value, string message) =>
        FluentActions.Invoking(() => Read(new ConfigurationBuilder().AddInMemoryCollection([new($"ProcessManager:{key}", value)])))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage(message).And.Message.Should().NotContain("hid");

    [Fact]
    public void The_last_change_of_a_variable_counts_and_names_are_compared_whole()
    {
        List<string> variables = ["HOME=/root", "HOMER=1", "PATH=/bin"];
        WorkerEnvironment.Change(variables, [new("HOME", "/home/a"), new("HOME", "/home/b=c"), new("PATH", null), new("NONE", null)]);
        variables.Should().Equal("HOMER=1", "HOME=/home/b=c");
    }

    [Fact]
    public void A_change_in_the_configuration_changes_that_variable_only_and_shows_no_value()
    {
        var before = new ProcessManagerOptions { Environment = { ["A"] = "1", ["B"] = "2", ["C"] = "3" } };
        var now = new ProcessManagerOptions { Environment = { ["A"] = "one", ["B"] = null, ["D"] = "4", ["C"] = "3" } };
        var inUse = new ProcessManagerOptions { Environment = { ["A"] = "1", ["B"] = "2", ["C"] = "of the program" } };
        (List<Setting<ProcessManagerOptions>> changed, List<string> told, List<string> restart) = ConfigurationChange.Between("ProcessManager", before, now, [.. EnvironmentVariable.Of(before, now)]);
        changed.ForEach(s => s.Copy(now, inUse));
        inUse.Environment.Should().BeEquivalentTo(new Dictionary<string, string?> { ["A"] = "one", ["B"] = null, ["C"] = "of the program", ["D"] = "4" });
        restart.Should().BeEmpty();
        told.Should().BeEquivalentTo(
            "ProcessManager:Environment:A from (not shown) to (not shown)",
            "ProcessManager:Environment:B from (not shown) to taken out",
            "ProcessManager:Environment:D from as the manager has it to (not shown)");
    }

    [Fact]
    public void The_user_that_this_process_is_already_changes_nothing()
    {
        WorkerIdentity.Of(new ProcessManagerOptions()).Should().BeNull();
        WorkerIdentity.Of(new ProcessManagerOptions { User = $"{Accounts.EffectiveUser}" }).Should().BeNull();
        WorkerIdentity.Of(new ProcessManagerOptions { User = AccountNames.OfUser(Accounts.EffectiveUser), Group = $"{Credentials.EffectiveGroup}" }).Should().BeNull();
    }

    [Theory]
    [InlineData("no-such-user", null, "ProcessManager:User is no-such-user; allowed: a user of this machine, *")]
    [InlineData("-1", null, "ProcessManager:User is -1; allowed: a user of this machine, *")]
    [InlineData("54321", "no-such-group", "ProcessManager:Group is no-such-group; allowed: a group of this machine, *")]
    public void One_that_is_not_there_is_named(string user, string? group, string message) =>
        FluentActions.Invoking(() => WorkerIdentity.Of(new ProcessManagerOptions { User = user, Group = group })).Should().Throw<ProcManagerConfigurationException>().WithMessage(message);

    [FactAsRoot]
    public void A_number_without_an_entry_takes_a_group_and_has_no_other_groups_and_no_home()
    {
        FluentActions.Invoking(static () => WorkerIdentity.Of(new ProcessManagerOptions { User = "54321" }))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("ProcessManager:Group is not given; allowed: a group, by name or number: the user 54321 has no entry*");
        WorkerIdentity found = WorkerIdentity.Of(new ProcessManagerOptions { User = "54321", Group = "54322" })!;
        found.Credentials.Should().BeEquivalentTo(new Credentials(54321, 54322, []));
        found.Variables.Should().OnlyContain(static v => v.Value == null);
        found.ToString().Should().Be("54321 (uid 54321, gid 54322, no supplementary groups)");
    }

    [FactAsRoot]
    public void Root_cannot_be_given_up_for_root() =>
        FluentActions.Invoking(static () => WorkerIdentity.Of(new ProcessManagerOptions { User = "root", Group = "1", ManagerKeepsPrivileges = false }))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("ProcessManager:ManagerKeepsPrivileges is false; allowed: true while User is root: *");

    private static ProcessManagerOptions Read(IConfigurationBuilder builder) => ProcessManagerConfiguration.Read(builder.Build());
}
