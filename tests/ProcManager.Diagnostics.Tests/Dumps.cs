using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.Diagnostics.Tests;

public class Dumps(ITestOutputHelper output)
{
    [Fact]
    public async Task A_dump_is_written_beside_the_stacks_and_its_size_is_told()
    {
        using var folder = new TempFolder();
        await using Target target = await Target.Stuck("sleep", "1");
        string file = folder.File("worker.dmp");
        string text = await Captures.Of(target.Pid, output, dumpFile: file);

        text.Should().Contain("SleepForever()");
        text.Split('\n')[^1].Should().MatchRegex($@"^dump: {Regex.Escape(file)}, \d+\.\d MiB$");
        new FileInfo(file).Length.Should().BeGreaterThan(1_000_000);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_named_and_the_stacks_come_nevertheless()
    {
        using var folder = new TempFolder();
        await using Target target = await Target.Stuck("sleep", "1");
        string text = await Captures.Of(target.Pid, output, dumpFile: folder.File("missing/worker.dmp"));

        text.Should().Contain("SleepForever()");
        text.Split('\n')[^1].Should().Be($"no dump: there is no folder {folder.File("missing")}");
    }

    [Fact]
    public async Task What_the_runtime_says_about_a_file_it_cannot_write_is_passed_on()
    {
        using var folder = new TempFolder();
        await using Target target = await Target.Stuck("sleep", "1");
        string text = await Captures.Of(target.Pid, output, dumpFile: folder.Path); // a folder, not a file

        text.Split('\n')[^1].Should().StartWith($"no dump: the runtime of process {target.Pid} (ProcManager.Dia) refuses: ");
    }

    [Fact]
    public async Task A_stopped_process_gives_neither_and_both_are_given_up_in_time()
    {
        using var folder = new TempFolder();
        await using Target target = await Target.Stuck("sleep", "1");
        await target.Stop();
        string text = await Captures.Of(target.Pid, output, seconds: 2, dumpFile: folder.File("worker.dmp"));

        text.Should().StartWith($"no answer from the runtime of process {target.Pid} within 0.9 s; it is stopped (state T)");
        text.Split('\n')[^1].Should().MatchRegex($@"^no dump: no answer from the runtime of process {target.Pid} within [0-9.]+ s; it is stopped \(state T\)");
        File.Exists(folder.File("worker.dmp")).Should().BeFalse();
    }

    [Fact]
    public async Task A_process_that_does_not_exist_has_none() =>
        (await Captures.Of(int.MaxValue, output, dumpFile: "/tmp/none.dmp")).Split('\n')[^1].Should().Be($"no dump: there is no process {int.MaxValue}");
}
