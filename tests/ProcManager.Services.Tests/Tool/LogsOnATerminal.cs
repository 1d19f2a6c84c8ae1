using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>What a service writes, as when a client has sent it a line to be logged, does nothing to the administrator's terminal.</summary>
[Trait("Row", "E7")]
public sealed class LogsOnATerminal(ITestOutputHelper output) : IDisposable
{
    /// <summary>Clears the screen, sets the title, goes back in the line, deletes a letter, C1 in UTF-8, and turns the direction; an umlaut and a tab do no harm.</summary>
    private const string Line = "evil \u001b[2J\u001b]0;title\a back\rfront \b \u009b1m \u202E gr\u00fc\u00dfe\ttab";

    private readonly Keep _keep = new(output);

    [Fact]
    public async Task Control_characters_are_visible_on_a_terminal_and_as_they_are_elsewhere()
    {
        string log = $"{_keep.Folder}/logs/a.log";
        Directory.CreateDirectory(_keep.Folder + "/logs");
        using var keeper = new FakeKeeper(_keep.Folder, $"\"{log}\"");
        await File.WriteAllTextAsync(log, Line + "\r\nend\n");
        (await _keep.Ask("log", "a")).Out.Should().Be(Line + "\r\nend\n");

        using var terminal = new Pty(output);
        using Process tool = Process.Start("sh", ["-c", $"exec {Repository.Procman} keep log a --folder {_keep.Folder} >{terminal.Path} 2>&1"]);
        await terminal.Log.Find("^end$");
        (await Keep.EndOf(tool)).Should().Be(0);
        // In front of it is what .NET itself says to a terminal.
        terminal.Log.Lines[0].Replace("\t", " ", StringComparison.Ordinal).Should().MatchRegex(@"^(\x1b\[\?1h\x1b=)?" + Regex.Escape(@"evil \u001B[2J\u001B]0;title\u0007 back\u000Dfront \u0008 \u009B1m \u202E grüße") + " +tab$");
    }

    public void Dispose() => _keep.Dispose();
}
