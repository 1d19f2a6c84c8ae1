using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary><c>procman top</c> in a real terminal. With PROCMANAGER_ACCEPT_DOCS=1 it makes the picture of the docs.</summary>
[Trait("Row", "D13")]
public sealed class ProcmanTop(ITestOutputHelper output) : IDisposable
{
    private const string Before = "this was on the screen before";

    private readonly Procman _procman = new(output);

    [Fact]
    public async Task It_shows_the_workers_obeys_its_keys_and_puts_the_screen_back()
    {
        await using Managed managed = await _procman.Start("shop", "--events=yes");
        await managed.Client.Get("/");
        Task waits = managed.Client.Get("/wait?file=go");
        await Until.True(() => File.Exists(_procman.Folder.File("go.begun")), "the request is under way");
        using var terminal = new Tmux(_procman.Folder, 100, 30, _procman.Environment);
        terminal.Type($"echo {Before}; procman top {managed.Pid}; echo code $?");
        string screen = await terminal.Shows("t stacks");
        screen.Should().Contain($"shop (pid {managed.Pid}), up ").And.NotContain(Before);
        screen.Should().ContainAll(managed.Workers.Select(static w => $" {w} "));

        terminal.Key("s");
        await terminal.Shows("sorted by requests");
        terminal.Key("+");
        terminal.Key("+"); // before the manager has told the first
        await terminal.Shows("4 workers are wanted");
        await terminal.Shows("workers  4 of 4 ");
        terminal.Resize(60, 30);
        screen = await terminal.Shows(static s => s.Contains("SLOT") && !s.Contains("CPU %"), "lines that are cut at 60 columns");
        string[] rows = [.. screen.Split('\n').SkipWhile(static r => !r.StartsWith("SLOT", StringComparison.Ordinal)).Skip(1).TakeWhile(static r => !r.StartsWith("q quit", StringComparison.Ordinal))];
        rows.Should().HaveCount(4, "one line is one worker:\n{0}", screen).And.OnlyContain(static r => Regex.IsMatch(r, @"^ *\d+ +\d+ +1 "));
        terminal.Resize(100, 30);
        await terminal.Shows("CPU %");
        await terminal.Shows("GET /wait");
        MakePicture(terminal);

        terminal.Key("p");
        await terminal.Shows("an operator has paused the pool");
        terminal.Key("p");
        await terminal.Shows(static s => s.Contains("resumed") && s.Contains(", ready, "), "the end of the pause");
        terminal.Key("t");
        (await terminal.Shows("any key: back")).Should().Contain("  thread ").And.NotContain("SLOT");
        terminal.Key("x");
        await terminal.Shows("SLOT");
        File.WriteAllText(_procman.Folder.File("go"), "");
        await waits;
        terminal.Key("r");
        await terminal.Shows("generation 2, reload succeeded");
        terminal.Key("q");
        await IsPutBack(terminal, "code 0");
    }

    [Fact]
    public async Task A_signal_ends_it_and_the_screen_is_put_back()
    {
        await using Managed managed = await _procman.Start("shop", "--ProcessManager:Sizing=Dynamic", "--ProcessManager:MinSpare=1", "--ProcessManager:MaxSpare=2");
        using var terminal = new Tmux(_procman.Folder, 100, 30, _procman.Environment);
        terminal.Type($"procman top {managed.Pid}; echo first $?");
        await terminal.Shows("t stacks");
        terminal.Key("+");
        await terminal.Shows("the pool is Dynamic: it finds its number of workers by itself");
        terminal.Key("C-c");
        await IsPutBack(terminal, "first 0");

        terminal.Type($"clear; echo {Before}; procman top {managed.Pid}; echo second $?");
        await terminal.Shows("t stacks");
        Native.Send(terminal.Foreground, Native.Term);
        await IsPutBack(terminal, "second 0");
        terminal.Type($"clear; TERM=dumb procman top {managed.Pid}; echo third $?");
        (await terminal.Shows("third 64")).Should().Contain("top needs a terminal whose cursor can be moved; TERM is 'dumb'.");
    }

    public void Dispose() => _procman.Dispose();

    private static async Task IsPutBack(Tmux terminal, string code)
    {
        (await terminal.Shows(code)).Should().NotContain("t stacks");
        terminal.Tell("#{alternate_on} #{cursor_flag}").Should().Be("0 1", "the screen of before is shown, with its cursor");
    }

    private static void MakePicture(Tmux terminal)
    {
        if (Environment.GetEnvironmentVariable("PROCMANAGER_ACCEPT_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Places.RepositoryRoot, "docs/pictures/top.svg"), TerminalPicture.Draw(terminal.Colours));
        }
    }
}
