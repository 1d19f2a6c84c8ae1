using System.Diagnostics;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep --once</c>: the exit code tells, and nothing is written unless something has happened.</summary>
[Trait("Row", "E5")]
public sealed class OneRoundFromCron(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task What_is_down_is_started_and_told_and_then_there_is_nothing_to_tell()
    {
        _keep.Define(_keep.Detached("a") + ",\n" + _keep.Detached("b"));
        (int code, string said, string error) = await _keep.Run(_keep.File, "--once");
        (code, error).Should().Be((1, ""));
        said.Should().MatchRegex($@"^a was restarted: the pid file {_keep.Path("a.pid")} is not there.*\nb was restarted: ").And.MatchRegex(@"(?m)^\d\d:\d\d:\d\d\.\d{3} service a: started \(pid \d+\)$").And.NotContain("the keeper ends");

        (await _keep.Run(_keep.File, "--once")).Should().Be((0, "", ""));

        int b = _keep.PidOf("b");
        Keep.Signal(b, "KILL");
        (code, said, _) = await _keep.Run(_keep.File, "--once");
        code.Should().Be(1);
        said.Should().StartWith("b was restarted: ").And.NotContain("a was");
        _keep.PidOf("b").Should().NotBe(b);
    }

    [Fact]
    public async Task A_service_has_no_descriptor_of_the_shell_that_started_the_round()
    {
        _keep.Define(_keep.Detached("a"));
        using Process shell = Process.Start("sh", ["-c", $"exec 9>{_keep.Path("lock")}; exec {Repository.Procman} keep {_keep.File} --once >/dev/null"]);
        (await Keep.EndOf(shell)).Should().Be(1);
        Directory.GetFiles($"/proc/{_keep.PidOf("a")}/fd").Select(static f => Path.GetFileName(f)).Should().BeEquivalentTo(["0", "1", "2"], "a lock of the cron job ends with the job");
    }

    [Fact]
    public async Task A_start_that_fails_is_told()
    {
        _keep.Define(_keep.Detached("a") + ",\n" + $$"""    "b": { "start": "echo no database >&2; exit 3", "check": { "unix": "{{_keep.Path("b.sock")}}", "failures": 1 } }""");
        (int code, string said, _) = await _keep.Run(_keep.File, "--once");
        code.Should().Be(2);
        said.Should().MatchRegex(@"^b is down: .*\b3\b.*\na was restarted: ");
    }

    [Fact]
    public async Task Between_two_rounds_the_state_is_shown_and_a_pause_is_obeyed_by_the_next()
    {
        _keep.Define(_keep.Detached("a") + ",\n" + $$"""    "b": { "start": "echo no database >&2; exit 3", "check": { "unix": "{{_keep.Path("b.sock")}}", "failures": 1 } }""");
        (await _keep.Ask("status")).Error.Should().StartWith($"procman: no keeper runs for the folder {_keep.Folder}, which is not there.");
        (await _keep.Run("pause", "c", "--file", _keep.File)).Should().Be((1, "", "procman: There is no service named 'c'. There are: a, b.\n"));
        (await _keep.Run(_keep.File, "--once")).Code.Should().Be(2);

        (int code, string said, string error) = await _keep.Ask("status");
        error.Should().MatchRegex($@"^procman: no keeper runs for the folder {_keep.Folder}; as of \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ, the end of the last round \(--once\):\n$");
        said.Should().MatchRegex($"(?m)^a +Up .* {_keep.PidOf("a")} +1 +Detached").And.MatchRegex("(?m)^b +BackingOff .* the start command exited with code 3: no database");
        code.Should().Be(1);
        (await _keep.Ask("status", "a")).Code.Should().Be(0);
        (await _keep.Ask("why", "b")).Out.Should().MatchRegex(@"^b: BackingOff since .*\ndied: (.*\n)+\nlast lines now:\n  no database\n$");

        (await _keep.Ask("pause", "b")).Should().Be((0, $"b is paused. No keeper runs for the folder {_keep.Folder}; the next one, or the next round, obeys.\n", ""));
        (await _keep.Ask("status")).Out.Should().MatchRegex("(?m)^b +Paused .* paused by an operator$");
        (await _keep.Run(_keep.File, "--once")).Should().Be((0, "", ""));
        (await _keep.Ask("resume", "b")).Out.Should().StartWith("b is resumed. No keeper runs");
        (await _keep.Ask("resume", "b")).Out.Should().StartWith("b is not paused. No keeper runs");
        (await _keep.Ask("status")).Out.Should().MatchRegex("(?m)^b +Unknown .* resumed; not looked for since$");
        (await _keep.Run(_keep.File, "--once")).Code.Should().Be(2);
    }

    [Fact]
    public async Task What_a_killed_keeper_has_left_is_shown_and_a_service_can_be_paused_before_the_first_keeper()
    {
        _keep.Define("""    "a": { "kind": "foreground", "start": ["sleep", "1000"] }, "b": { "kind": "foreground", "start": ["sleep", "1000"] }""");
        (await _keep.Run("pause", "b", "--file", _keep.File)).Code.Should().Be(0);
        (Process keeper, var log) = await _keep.Keeper();
        string a = (await log.Find(@"service a: started \(pid (\d+)\)")).Groups[1].Value;
        await log.Find("service a: up$");
        keeper.Kill();
        await Keep.EndOf(keeper);
        try
        {
            (int code, string said, string error) = await _keep.Ask("status");
            (code, error).Should().Be((2, $"procman: no keeper runs for the folder {_keep.Folder}; the last one was killed, or could not write its end, and this is what it has left:\n"));
            said.Should().MatchRegex($"(?m)^a +Unknown .* {a} +Foreground +the last keeper has left no word of its end; the process runs$").And.MatchRegex("(?m)^b +Paused ");
        }
        finally
        {
            Keep.Signal(int.Parse(a, System.Globalization.CultureInfo.InvariantCulture), "KILL");
        }
    }

    [Fact]
    public async Task A_foreground_service_cannot_be_kept_in_one_round()
    {
        _keep.Define("""    "a": { "kind": "foreground", "start": ["sleep", "1000"] }""");
        (int code, string said, string error) = await _keep.Run(_keep.File, "--once");
        (code, said).Should().Be((78, ""));
        error.Should().Be($"{_keep.File}:5: services.a.kind: \"foreground\" is for a keeper that stays, not for a single round (--once); allowed: \"detached\"\n");
    }

    [Fact]
    public async Task While_a_keeper_has_the_folder_there_is_no_round()
    {
        _keep.Define(_keep.Detached("a"));
        (var keeper, _) = await _keep.Keeper();
        (int code, string said, string error) = await _keep.Run(_keep.File, "--once");
        (code, said).Should().Be((2, ""));
        error.Should().StartWith($"procman: A keeper (pid {keeper.Id}) already keeps the services of the folder '{_keep.Folder}'.");
    }

    public void Dispose() => _keep.Dispose();
}
