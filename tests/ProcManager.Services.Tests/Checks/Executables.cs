using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public sealed class Executables : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Of_two_programs_with_one_name_each_is_told_from_the_other()
    {
        string mine = _folder.Program("mine/tool");
        string others = _folder.Program("others/tool");
        using var process = new TestProcess(others, "100");
        CheckResult result = await Check(mine);
        result.Passed.Should().BeFalse();
        result.Detail.Should().StartWith($"no process runs {mine}");
        (await Check(others)).Should().Be(new CheckResult(true, $"pid {process.Pid} runs {others}", new SeenProcess(process.Pid, ProcFs.StartTime(process.Pid))));
    }

    [Fact]
    public async Task A_link_leads_to_its_program()
    {
        using var process = new TestProcess(_folder.Program("real"), "100");
        _ = File.CreateSymbolicLink(_folder.File("link"), _folder.File("real"));
        (await Check(_folder.File("link"))).Process!.Value.Pid.Should().Be(process.Pid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_that_was_replaced_or_removed_still_counts(bool isReplaced)
    {
        string program = _folder.Program("real/tool");
        _ = Directory.CreateSymbolicLink(_folder.File("linked"), _folder.File("real"));
        string configured = _folder.File("linked/tool");
        using var process = new TestProcess(configured, "100");
        if (isReplaced)
        {
            File.Move(_folder.Program("new"), program, overwrite: true);
        }
        else
        {
            File.Delete(program);
        }

        (await Check(configured)).Process!.Value.Pid.Should().Be(process.Pid);
    }

    [Fact]
    public async Task A_name_that_ends_like_one_of_a_removed_file_does_not_count()
    {
        string program = _folder.Program("tool");
        string odd = _folder.Program("tool (deleted)");
        using var process = new TestProcess(odd, "100");
        (await Check(program)).Passed.Should().BeFalse();
    }

    [Fact]
    public async Task The_process_that_has_started_the_others_is_given()
    {
        string shell = _folder.Program("shell", new FileInfo("/bin/sh").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "/bin/sh");
        using var parent = new TestProcess(shell, "-c", $"{shell} -c 'echo up; sleep 100; true' & {shell} -c 'echo up; sleep 100; true' & wait");
        await parent.Line();
        await parent.Line();
        (await Check(shell)).Process!.Value.Pid.Should().Be(parent.Pid);
    }

    [Fact]
    public async Task Of_two_that_have_not_started_each_other_none_is_given()
    {
        string program = _folder.Program("tool");
        using var first = new TestProcess(program, "100");
        using var second = new TestProcess(program, "100");
        await Until.True(() => new[] { first, second }.All(p => ProcFs.ExecutablePath(p.Pid) == program), "both run the program");
        CheckResult result = await Check(program);
        result.Should().Be(new CheckResult(true, $"2 processes run {program}, and none has started all others, so it is not known which one is the service"));
    }

    [Fact]
    public async Task The_end_of_the_known_process_is_seen_and_its_successor_found()
    {
        string program = _folder.Program("tool");
        IServiceProbe probe = Probes.Of(new ExecutableCheck { Path = program });
        using (var first = new TestProcess(program, "100"))
        {
            (await probe.CheckAsync(default)).Process!.Value.Pid.Should().Be(first.Pid);
            first.KillAndWait();
        }

        (await probe.CheckAsync(default)).Passed.Should().BeFalse();
        using var second = new TestProcess(program, "100");
        await Until.True(() => probe.CheckAsync(default).AsTask().Result.Process?.Pid == second.Pid, "the successor is found");
    }

    [Fact]
    public async Task A_zombie_does_not_run_its_program()
    {
        string program = _folder.Program("tool");
        using var parent = new TestProcess("perl", "-e", $"$|=1; my $p = fork // die; exec '{program}', '0' if !$p; print qq{{$p\n}}; sleep 100");
        int zombie = int.Parse((await parent.Line())!, System.Globalization.CultureInfo.InvariantCulture);
        await Until.True(() => ProcFs.Process(zombie) is { State: 'Z' }, "a zombie");
        (await Check(program)).Passed.Should().BeFalse();
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_so() => (await Check(_folder.File("none"))).Detail.Should().Contain($"no process runs {_folder.File("none")}, a file that is not there");

    private static ValueTask<CheckResult> Check(string path) => Probes.Of(new ExecutableCheck { Path = path }).CheckAsync(CancellationToken.None);
}
