using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep log</c>.</summary>
[Trait("Row", "E7")]
public sealed class LogsThatAreFollowed(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task The_end_of_a_log_is_shown_by_lines()
    {
        _keep.Define(_keep.Detached("a").Replace("echo starting a", "seq 1 250", StringComparison.Ordinal));
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        (await _keep.Ask("log", "a", "-n", "3")).Should().Be((0, "248\n249\n250\n", ""));
        (await _keep.Ask("log", "a", "-n", "0")).Should().Be((0, "", ""));
        (await _keep.Ask("log", "a")).Out.Should().StartWith("151\n");
        (await _keep.Ask("log", "a", "-n", "1000")).Out.Should().StartWith("1\n2\n").And.EndWith("\n250\n");
    }

    [Fact]
    public async Task A_log_that_is_followed_goes_on_in_the_next_file()
    {
        string go = _keep.Path("go");
        _keep.Define($$"""    "counter": { "kind": "foreground", "start": "i=0; while read -r n; do while [ $i -lt $n ]; do i=$((i+1)); echo line $i; done; done <>{{go}}", "log": { "maxSize": "4KiB", "keep": 100 } }""");
        Process.Start("mkfifo", [go])!.WaitForExit();
        (_, LineLog keeper) = await _keep.Keeper();
        await keeper.Find("service counter: started");
        await File.WriteAllTextAsync(go, "20\n");
        (Process follower, LineLog followed) = _keep.BeginOutput("log", "counter", "--follow", "-n", "1000", "--folder", _keep.Folder);
        await followed.Find("line 20$");
        foreach (int lines in new[] { 100, 200, 300, 8000 })
        {
            await File.WriteAllTextAsync(go, $"{lines}\n");
            await followed.Find($"line {lines}$");
        }

        File.Exists($"{_keep.Folder}/logs/counter.log.3").Should().BeTrue("the log was rotated");
        followed.Lines.Select(static l => int.Parse(Regex.Match(l, @"line (\d+)$").Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).Should().Equal(Enumerable.Range(1, 8000));
        Keep.Signal(follower.Id, "INT");
        (await Keep.EndOf(follower)).Should().Be(0);
    }

    [Fact]
    public async Task The_last_lines_are_also_those_of_renamed_files()
    {
        string log = $"{_keep.Folder}/logs/a.log";
        Directory.CreateDirectory(_keep.Folder + "/logs");
        using var keeper = new FakeKeeper(_keep.Folder, $"\"{log}\"");
        await File.WriteAllTextAsync(log + ".2", "1\n2\n3\n");
        await File.WriteAllTextAsync(log + ".1", "4\n5\n");
        await File.WriteAllTextAsync(log, "6\n");
        (await _keep.Ask("log", "a", "-n", "2")).Should().Be((0, "5\n6\n", ""));
        (await _keep.Ask("log", "a", "-n", "4")).Should().Be((0, "3\n4\n5\n6\n", ""));
        (await _keep.Ask("log", "a")).Should().Be((0, "1\n2\n3\n4\n5\n6\n", ""));
    }

    [Fact]
    public async Task Following_begins_before_there_is_a_log()
    {
        string log = $"{_keep.Folder}/starts/a.out";
        Directory.CreateDirectory(_keep.Folder + "/starts");
        using var keeper = new FakeKeeper(_keep.Folder, $"\"{log}\"");
        (await _keep.Ask("log", "a")).Should().Be((2, "", $"procman: there is no log: {log} is not there. Nothing was written yet, or nothing since it was removed.\n"));
        (Process follower, LineLog followed) = _keep.BeginOutput("log", "a", "-f", "--folder", _keep.Folder);
        await File.WriteAllTextAsync(log, "first\n");
        await followed.Find("^first$");
        await File.WriteAllTextAsync(log, "2nd\n"); // shorter: begun anew
        await followed.Find("^2nd$");
        Keep.Signal(follower.Id, "TERM");
        (await Keep.EndOf(follower)).Should().Be(0);
    }

    public void Dispose() => _keep.Dispose();
}
