using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep --check</c> and <c>--schema</c>, and mistakes in the command line.</summary>
[Trait("Row", "E5")]
public sealed class CheckingAFile(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task A_file_without_mistakes_is_counted_and_hints_are_told()
    {
        _keep.Define(_keep.Detached("a") + ",\n" + """    "b": { "kind": "foreground", "start": ["no-such-program"] }""");
        (await _keep.Run("--check", _keep.File)).Should().Be((0, $"{_keep.File}: 2 services, no mistake.\n", $"""
            {_keep.File}:5: hint: services.a.check.pidFile: "{_keep.Path("a.pid")}": the number in it may belong to another program after a crash; add "executable", so that the check sees that
            {_keep.File}:6: hint: services.b.start: "no-such-program": there is no such program in PATH now

            """));
        Directory.Exists(_keep.Folder).Should().BeFalse("it only reads");
    }

    [Theory]
    [InlineData("--check")]
    [InlineData("--once")]
    [InlineData("--detach")]
    public async Task Mistakes_are_told_with_their_lines(string how)
    {
        _keep.Define("""
                "a": { "start": ["true"], "check": { "tcp": "abc" } },
                "b": { "kind": "foreground", "start": ["true"], "intervall": "1s" }
            """);
        (await _keep.Run("services.json", how)).Should().Be((78, "", """
            services.json:5: services.a.check.tcp: "abc" is no HOST:PORT; allowed: HOST:PORT such as 127.0.0.1:6379 or [::1]:6379, or a port of 127.0.0.1 alone; ports are 1 to 65535
            services.json:6: services.b.intervall is no field here; did you mean "interval"?

            """));
    }

    [Fact]
    public async Task The_schema_is_written() => (await _keep.Run("--schema")).Should().Be((0, ServiceKeeperOptions.JsonSchema, ""));

    [Theory]
    [InlineData("", "the file of services is missing: procman keep services.json. Commands for a keeper that runs: status, why, log, pause, resume, restart, reload, stop.")]
    [InlineData("x.json --schema", "--schema takes no file.")]
    [InlineData("x.json --once --check", "--once and --check exclude each other.")]
    [InlineData("x.json --once --log-file x", "--log-file is for a keeper that stays, not for --once.")]
    [InlineData("x.json --check --pid-file x", "--pid-file is for a keeper that stays, not for --check.")]
    [InlineData("x.json --umask 999", "--umask is '999'; allowed: octal digits, such as 0660, or names with commas, such as UserRead, UserWrite.")]
    [InlineData("x.json --log-format XML", "--log-format is 'XML'; allowed: Auto, Text, Json, Journal.")]
    [InlineData("x.json --log-file-max-size big", "--log-file-max-size is 'big'; allowed: a number of bytes, such as 200MiB, 1.5GB or 209715200, or off.")]
    [InlineData("status --folder /x --file y", "--file and --folder exclude each other.")]
    [InlineData("statsu", "there is no command and no file 'statsu'; did you mean 'procman keep status'?")]
    [InlineData("rsetart web", "Unrecognized command or argument 'web'.")]
    [InlineData("log x --lines -1", "--lines is -1; allowed: 0 and more.")]
    [InlineData("log x --lines y", "--lines is 'y'; allowed: 0 and more.")]
    [InlineData("why", "the service is missing: procman keep why SERVICE.")]
    [InlineData("restart --no-wait", "the service is missing: procman keep restart SERVICE.")]
    [InlineData("status services.json", "'services.json' is a file, and names no service. For the keeper of that file: procman keep services.json status.")]
    [InlineData("log services.json", "'services.json' is a file, and names no service. For the keeper of that file: procman keep services.json log.")]
    public async Task A_wrong_command_line_is_told(string line, string error)
    {
        _keep.Define(_keep.Detached("a"));
        (int code, _, string told) = await _keep.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        code.Should().Be(64);
        told.Split('\n')[0].Should().Be($"procman: {error}");
    }

    [Fact]
    public async Task Options_of_the_process_are_checked_before_it_begins()
    {
        _keep.Define(_keep.Detached("a"));
        (int code, _, string error) = await _keep.Run(_keep.File, "--log-file-keep", "0");
        (code, error.Contains("procman: --log-file-keep is 0; allowed: 1 to 1000", StringComparison.Ordinal)).Should().Be((64, true));
    }

    public void Dispose() => _keep.Dispose();
}
