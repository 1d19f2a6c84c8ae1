using System.Diagnostics.CodeAnalysis;

namespace ProcManager.Services.Tests.Definitions;

/// <summary>What is allowed, and may not be what was meant.</summary>
[Trait("Row", "E1")]
public sealed class Hints : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keeper-hints-").FullName;

    [Fact]
    public void A_pid_file_without_a_program() => HintsOf("""{ "pidFile": "/run/x.pid" }""").Should().Equal(
        "2: hint: services.x.check.pidFile: \"/run/x.pid\": the number in it may belong to another program after a crash; add \"executable\", so that the check sees that");

    [Fact]
    public void A_program_that_is_not_there() => HintsOf("""{ "pidFile": "/run/x.pid", "executable": "/no/such" }""").Should().Equal(
        "2: hint: services.x.check.executable: \"/no/such\": there is no such file now, so the check fails");

    [Fact]
    public void A_script_whose_process_runs_another_program()
    {
        string script = Path.Combine(_folder, "script");
        File.WriteAllText(script, "#!/bin/sh\nexit\n");
        HintsOf($$"""{ "executable": "{{script}}" }""").Should().ContainSingle().Which.Should().Contain("it is a script, so its process runs the interpreter").And.EndWith("; use another check");
    }

    [Fact]
    public void A_mail_address_without_a_mail_program()
    {
        string? path = Environment.GetEnvironmentVariable("PATH");
        string[] Hints() => Read("""
            { "notify": { "mail": "root" }, "services": {
            "x": { "start": ["/bin/true"], "check": { "executable": "/bin/sh" } } } }
            """);
        if (!File.Exists("/usr/sbin/sendmail") && !File.Exists("/usr/lib/sendmail"))
        {
            Hints().Should().Equal("1: hint: notify.mail: \"root\": there is no program sendmail now, so no mail can be sent; install a mail program that has it (Debian: msmtp-mta, dma or postfix), or use \"command\"");
        }

        File.WriteAllText(Path.Combine(_folder, "sendmail"), "");
        Environment.SetEnvironmentVariable("PATH", $"{path}:{_folder}");
        try
        {
            Hints().Should().BeEmpty();
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }

    [Fact]
    public void Two_services_of_one_program() => Read("""
        { "services": {
        "x": { "start": ["true"], "check": { "executable": "/bin/sh" } },
        "y": { "start": ["true"], "check": [{ "executable": "/bin/sh" }, { "tcp": 1 }] } } }
        """).Should().Equal("3: hint: services.y.check[0].executable: \"/bin/sh\": the service \"x\" names it as well, and the check cannot tell their processes apart; use \"pidFile\"");

    [Fact]
    public void A_detached_service_of_which_no_process_is_known()
    {
        const string Hint = "2: hint: services.x.check: no check names a process, so one that hangs cannot be stopped before the restart; add a check with \"pidFile\" or \"executable\", or a \"stop\" command";
        HintsOf("""{ "tcp": 80 }""").Should().Equal(Hint);
        HintsOf("""{ "tcp": 80 }""", "\"stop\": \"true\"").Should().BeEmpty();
        HintsOf("""[{ "tcp": 80 }, { "executable": "/bin/sh" }]""").Should().BeEmpty();
        HintsOf("""{ "tcp": 80 }""", "\"kind\": \"foreground\"").Should().BeEmpty();
    }

    [Fact]
    public void A_command_that_is_not_there() => HintsOf("""{ "executable": "/bin/sh" }""", "\"stop\": { \"command\": [\"no-such-program\"], \"directory\": \"/no/such\" }").Should().Equal(
        "3: hint: services.x.stop.command: \"no-such-program\": there is no such program in PATH now",
        "3: hint: services.x.stop.directory: \"/no/such\": there is no such directory now");

    [Fact]
    public void A_log_that_is_never_written() => HintsOf("""{ "executable": "/bin/sh" }""", "\"log\": { \"keep\": 1 }").Should().Equal(
        "3: hint: services.x.log: a detached service has no log here: it writes where its own configuration says; maxSize limits what is kept of the output of its start command");

    [Fact]
    public void Nothing_to_keep() => Read("""{ "services": {} }""").Should().Equal("1: hint: services: there is no service, so the keeper has nothing to do");

    [Fact]
    public void A_file_that_another_user_may_change()
    {
        string file = Write("""{ "services": { "x": { "start": ["true"], "check": { "executable": "/bin/sh" } } } }""");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        ServiceKeeperOptions.ReadFile(file, out IReadOnlyList<string> hints);
        hints.Should().Equal($"{file}: hint: another user may change this file, and with it what the keeper starts; give it to the keeper's user, with mode 0644 or less");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] HintsOf([StringSyntax(StringSyntaxAttribute.Json)] string check, string more = "\"interval\": \"1s\"") =>
        Read($"{{ \"services\": {{ \"x\": {{ \"start\": [\"true\"],\n\"check\": {check},\n{more} }} }} }}");

    private string[] Read(string json)
    {
        string file = Write(json);
        ServiceKeeperOptions.ReadFile(file, out IReadOnlyList<string> hints);
        hints.Where(h => !h.StartsWith(file + ":", StringComparison.Ordinal)).Should().BeEmpty();
        return [.. hints.Select(h => h[(file.Length + 1)..])];
    }

    private string Write(string json)
    {
        string file = Path.Combine(_folder, "services.json");
        File.WriteAllText(file, json);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
