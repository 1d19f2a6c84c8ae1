using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The examples of docs/tool.md are what the tool really writes, with fixed numbers. PROCMANAGER_ACCEPT_DOCS=1 writes them anew.</summary>
[Trait("Row", "D13")]
public sealed partial class ProcmanExamples(ITestOutputHelper output) : IDisposable
{
    private const string Begin = "<!-- made by ProcmanExamples -->\n```\n";
    private const string End = "```\n<!-- end -->\n";

    private readonly Procman _procman = new(output);
    private readonly FixedNumbers _numbers = new();
    private readonly StringBuilder _examples = new();

    [Fact]
    public async Task The_examples_in_the_docs_are_real()
    {
        await using Managed managed = await _procman.Start("shop", "--ProcessManager:ProcessCount=1", "--events=yes", "--ProcessManager:CanaryTime=0s");
        string pool = $"{managed.Pid}"; // other tests run pools, too
        Task waits = managed.Client.Get("/wait?file=go");
        await Until.True(() => File.Exists(_procman.Folder.File("go.begun")), "the request is under way in the first worker");
        await _procman.Run("scale", "2", pool);
        await managed.Log.FindCount("^event ready", 2);
        await managed.Client.Get("/"); // in the second
        Know(managed);
        await Show("list", async () => _numbers.OfTable(string.Concat((await _procman.Run("list")).Out.Split('\n').Where(l => l.Contains("PROGRAM") || l.Contains(pool)).Select(static l => l + "\n"))));
        await Show("status", async () => WithoutLegend(_numbers.Of((await _procman.Run("status", pool)).Out)));
        await Until.True(async () => (await _procman.Run("peek", pool)).Out.Contains("the manager sleeps"), "it has looked whether the connection was taken");
        await Show("peek", async () => _numbers.Of((await _procman.Run("peek", pool)).Out));
        File.WriteAllText(_procman.Folder.File("go"), "");
        await waits;

        await ShowEvents(managed);
        await Show("recycle 0", async () => (await _procman.Run("recycle", "0", pool)).Out);
        await managed.Log.Find("^event exited 0 .* cause=Recycled");
        await Show("reload && echo deployed", async () =>
        {
            string[] lines = (await _procman.Bash($"procman reload {pool} && echo deployed")).Out.Split('\n');
            return _numbers.Of(string.Join('\n', [lines[0], "…", .. lines[^3..]])); // what comes between has no fixed order
        });
        await Show("stop", async () => _numbers.Of((await _procman.Run("stop", pool)).Out));
        Compare();
    }

    public void Dispose() => _procman.Dispose();

    private async Task ShowEvents(Managed managed)
    {
        using Process events = Process.Start(new ProcessStartInfo(Places.Procman, ["events", $"{managed.Pid}"]) { RedirectStandardOutput = true, Environment = { ["XDG_RUNTIME_DIR"] = _procman.Folder.Path } })!;
        await Until.True(() => Directory.GetDirectories($"/proc/{events.Id}/task").Any(static t => Native.ReadOrEmpty(t + "/comm").StartsWith("closed output", StringComparison.Ordinal)), "it follows, and watches its output");
        await Show("events &", static () => Task.FromResult(""));
        await Show("scale 3", async () => (await _procman.Run("scale", "3", $"{managed.Pid}")).Out);
        string said = $"{await events.StandardOutput.ReadLineAsync()}\n{await events.StandardOutput.ReadLineAsync()}\n";
        events.Kill();
        await managed.Log.FindCount("^event ready", 3);
        Know(managed);
        _examples.Append(_numbers.Of(said));
    }

    private void Know(Managed managed) => _numbers.Know([managed.Pid, .. managed.Log.Lines.Select(static l => Started().Match(l)).Where(static m => m.Success).Select(static m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture))]);

    private async Task Show(string command, Func<Task<string>> run) => _examples.Append($"$ procman {command}\n").Append(await run());

    private static string WithoutLegend(string status) => Legend().Replace(status, "");

    private void Compare()
    {
        string page = Path.Combine(Places.RepositoryRoot, "docs/tool.md");
        string text = File.ReadAllText(page);
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = text.IndexOf(End, from, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("PROCMANAGER_ACCEPT_DOCS") == "1")
        {
            File.WriteAllText(page, text[..from] + _examples + text[to..]);
        }
        else
        {
            text[from..to].Should().Be(_examples.ToString(), "PROCMANAGER_ACCEPT_DOCS=1 accepts a change");
        }
    }

    [GeneratedRegex(@"^event started \d+ (\d+)")]
    private static partial Regex Started();

    [GeneratedRegex(@"^  \S \S.*\n", RegexOptions.Multiline)]
    private static partial Regex Legend();
}
