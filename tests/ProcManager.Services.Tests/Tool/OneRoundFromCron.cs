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
        said.Should().MatchRegex($@"^a was restarted: the pid file {_keep.Path("a.pid")} is not there.*\nb was restarted: ").And.MatchRegex(@"(?m)^\d\d:\d\d:\d\d\.\d{3} service a: started \(pid \d+\)$");

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
    public async Task A_foreground_service_cannot_be_kept_in_one_round()
    {
        _keep.Define("""    "a": { "kind": "foreground", "start": ["sleep", "1000"] }""");
        (int code, string said, string error) = await _keep.Run(_keep.File, "--once");
        (code, said).Should().Be((78, ""));
        error.Should().StartWith("procman: The service a is of kind foreground, which a single round cannot keep");
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
