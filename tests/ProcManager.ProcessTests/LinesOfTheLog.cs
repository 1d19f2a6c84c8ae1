using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>How a line of the log looks on standard error.</summary>
[Trait("Row", "A1.13")]
[Trait("Row", "A3.3")]
public class LinesOfTheLog(ITestOutputHelper output)
{
    private const string Time = @"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d) ";
    private const string Process = @"ProcManager\.TestWorker: (?:manager|worker 0) \(pid \d+\): ";

    [Theory]
    [InlineData("")]
    [InlineData("JOURNAL_STREAM=1:2; export JOURNAL_STREAM;")] // standard error was led elsewhere
    public async Task Each_message_is_a_line_with_its_time_the_program_and_the_process(string environment)
    {
        DateTimeOffset begun = DateTimeOffset.UtcNow;
        string[] lines = await Run(environment);
        lines.Should().OnlyContain(static l => Regex.IsMatch(l, $@"^{Time}{Process}\S"));
        DateTimeOffset[] times = [.. lines.Select(static l => DateTimeOffset.Parse(Regex.Match(l, Time).Groups[1].Value, CultureInfo.InvariantCulture))];
        times.Should().OnlyContain(t => t >= begun.AddMilliseconds(-1) && t <= DateTimeOffset.UtcNow && t.Offset == TimeZoneInfo.Local.GetUtcOffset(t));
    }

    [Fact]
    public async Task In_the_journal_which_has_a_time_for_each_line_a_level_stands_in_its_place()
    {
        string[] lines = await Run("JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); export JOURNAL_STREAM;");
        lines.Should().OnlyContain(static l => Regex.IsMatch(l, $@"^<6>{Process}\S"));
    }

    [Fact]
    public async Task The_manager_says_where_it_listens_a_line_for_each_listener()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--socket={folder.File("app.sock")}", "--extra-listeners=admin");
        await managed.Log.Find($@"{Process}listening on unix:{folder.File("app.sock")} \(""http"", mode 0[0-7]{{3}}, {Environment.UserName}:\S+\)$");
        await managed.Log.Find($@"{Process}listening on 127\.0\.0\.1:\d+ \(""admin""\)$");
        managed.Count(@"\): listening on").Should().Be(2, "workers do not say it");
    }

    private async Task<string[]> Run(string environment)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1"], Wrapper = ["/bin/sh", "-c", environment + " exec \"$0\" \"$@\""] });
        await managed.Ready();
        int worker = managed.Workers[0];
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        string[] lines = [.. managed.Log.Lines.Where(static l => l.Contains("ProcManager.TestWorker: ", StringComparison.Ordinal))];
        lines.Should().Contain(l => l.EndsWith($"ProcManager.TestWorker: manager (pid {managed.Pid}): all workers are gone; exit code 0", StringComparison.Ordinal))
            .And.Contain(l => l.EndsWith($"ProcManager.TestWorker: worker 0 (pid {worker}): safe exit after SIGTERM", StringComparison.Ordinal));
        return lines;
    }
}
