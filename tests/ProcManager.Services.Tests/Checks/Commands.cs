using System.Globalization;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public sealed class Commands : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("exit 0", true, "sh exited with 0")]
    [InlineData("echo PONG", true, "sh exited with 0: PONG")]
    [InlineData("echo one; echo two >&2; echo; echo three; echo four; exit 3", false, "sh exited with 3: two | three | four")]
    [InlineData("kill -TERM $$", false, "sh was ended by signal 15")]
    [InlineData("printf 'a\\033[2Jb'; exit 1", false, "sh exited with 1: a\\u001B[2Jb")]
    public async Task The_exit_code_decides_and_the_last_lines_are_told(string line, bool passes, string detail) =>
        (await Check(ServiceCommand.Shell(line))).Should().Be(new CheckResult(passes, detail));

    [Fact]
    public async Task A_command_that_hangs_is_killed_with_all_that_it_has_started()
    {
        CheckResult result = await Check(ServiceCommand.Shell($"sleep 1000 & echo $! > {_folder.File("child")}; echo waiting; wait"), TimeSpan.FromMilliseconds(500));
        result.Should().Be(new CheckResult(false, "sh did not end within 0.5 s and was killed: waiting"));
        int child = int.Parse(await File.ReadAllTextAsync(_folder.File("child")), CultureInfo.InvariantCulture);
        await Until.True(() => ProcFs.Process(child) is not { HasEnded: false }, "the child of the command has ended");
    }

    [Fact]
    public async Task A_child_that_keeps_the_output_open_is_not_waited_for()
    {
        long begin = Environment.TickCount64;
        (await Check(ServiceCommand.Shell($"sleep 1000 & echo $! > {_folder.File("child")}"), TimeSpan.FromSeconds(60))).Passed.Should().BeTrue();
        (Environment.TickCount64 - begin).Should().BeLessThan(30_000);
        TestProcess.Run("kill", (await File.ReadAllTextAsync(_folder.File("child"))).Trim());
    }

    [Fact]
    public async Task Output_without_end_takes_no_memory_and_its_end_is_kept()
    {
        CheckResult result = await Check(ServiceCommand.Shell("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo last"), TimeSpan.FromSeconds(60));
        result.Passed.Should().BeTrue();
        result.Detail.Should().EndWith(" | last").And.Subject.Length.Should().BeLessThan(500);
    }

    [Fact]
    public async Task While_a_start_hangs_there_is_no_other_one()
    {
        var hanging = new TaskCompletionSource();
        var probe = new CommandProbe(new CommandCheck { Command = ServiceCommand.Shell("exit 0") });
        probe.Turn.Start = hanging.Task;
        (await probe.CheckAsync(CancellationToken.None)).Should().Be(new CheckResult(false, "sh could not be started: an earlier start of it still hangs; the user database may not answer"));
        hanging.SetResult();
        (await probe.CheckAsync(CancellationToken.None)).Passed.Should().BeTrue();
        probe.Turn.Start.Should().NotBeSameAs(hanging.Task);
    }

    [Theory]
    [InlineData("no-such-program", "There is no program no-such-program in the folders of PATH")]
    [InlineData("/no/such/program", "There is no program /no/such/program. Install it, or give another path")]
    [InlineData("/etc/passwd", "/etc/passwd may not be run by this user.")]
    public async Task A_command_that_cannot_be_started_fails_in_words(string program, string detail)
    {
        CheckResult result = await Check(new ServiceCommand(program));
        result.Passed.Should().BeFalse();
        result.Detail.Should().StartWith($"{Path.GetFileName(program)} could not be started: ").And.Contain(detail);
    }

    [Fact]
    public async Task The_directory_the_variables_and_the_path_are_those_of_the_command()
    {
        _ = _folder.Script("hello", "echo \"$PWD $GREETING [$EMPTY]\"; read x || echo no input");
        var command = new ServiceCommand("hello") { Directory = _folder.Path, Environment = { ["PATH"] = $"/nowhere:{_folder.Path}:/bin:/usr/bin", ["GREETING"] = "hi", ["EMPTY"] = "" } };
        (await Check(command)).Should().Be(new CheckResult(true, $"hello exited with 0: {_folder.Path} hi [] | no input"));
        (await Check(new ServiceCommand("pwd"))).Detail.Should().Be("pwd exited with 0: /");
        command.Directory = _folder.File("none");
        (await Check(command)).Detail.Should().Contain($"The directory {_folder.File("none")}, which hello is to begin in, is not there");
    }

    [FactAsRoot]
    public async Task A_command_runs_as_its_user()
    {
        (await Check(new ServiceCommand("sh", "-c", "id -un; id -Gn; echo $USER") { User = "nobody" })).Detail.Should().Be("sh exited with 0: nobody | nogroup | nobody");
        (await Check(new ServiceCommand("id", "-gn") { Group = "daemon" })).Detail.Should().Be("id exited with 0: daemon");
        (await Check(new ServiceCommand("id") { User = "no-such-user" })).Detail.Should().Contain("There is no user named 'no-such-user'");
    }

    [Fact]
    public async Task Many_hanging_commands_take_no_thread_each()
    {
        Task<CheckResult>[] checks = [.. Enumerable.Range(0, 100).Select(static _ => Check(new ServiceCommand("sleep", "1000"), TimeSpan.FromSeconds(5)).AsTask())];
        long begin = Environment.TickCount64;
        await Task.WhenAll(checks);
        (Environment.TickCount64 - begin).Should().BeLessThan(30_000, "500 seconds of waiting take no thread each");
        checks.Select(static c => c.Result.Detail).Should().OnlyContain(static d => d == "sleep did not end within 5 s and was killed");
    }

    private static ValueTask<CheckResult> Check(ServiceCommand command, TimeSpan? timeout = null) =>
        Probes.Of(new CommandCheck { Command = command, Timeout = timeout ?? TimeSpan.FromSeconds(20) }).CheckAsync(CancellationToken.None);
}
