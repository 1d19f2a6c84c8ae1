using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ProcManager.Services.Keeping;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>What <c>procman keep</c> says where little is known, little room is there, or nothing can be said.</summary>
[Trait("Row", "E7")]
public sealed class WordsOfTheTool(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task A_service_that_waits_for_one_that_is_given_up_is_not_waited_for()
    {
        _keep.Define("""
            "a": { "kind": "foreground", "start": "exit 1", "backoff": { "initial": "10ms" }, "giveUp": { "restarts": 1, "within": "10m" } },
            "b": { "kind": "foreground", "start": "exec sleep 1000", "dependsOn": ["a"] },
            "c": { "kind": "foreground", "start": "exec sleep 1000", "dependsOn": ["b"] }
            """);
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: given up");
        (await _keep.Ask("restart", "b", "--timeout", "30s")).Should().Be((1, "", "procman: b has not come up: it waits for a, which is given up. See 'procman keep why a'.\n"));
        (await _keep.Ask("restart", "c", "--timeout", "30s")).Should().Be((1, "", "procman: c has not come up: it waits for b, which waits for a, which is given up. See 'procman keep why a'.\n"));
    }

    [Fact]
    public async Task A_narrow_terminal_gets_fewer_columns_and_whole_states()
    {
        Directory.CreateDirectory(_keep.Folder);
        string Row(string name, string state, string reason) => $$"""{"name":"{{name}}","kind":"Foreground","state":"{{state}}","since":"{{DateTimeOffset.UtcNow.AddMinutes(-5):O}}","pid":4194303,"restarts":12,"reason":"{{reason}}"}""";
        using var keeper = new FakeKeeper(_keep.Folder, $"[{Row("database", "BackingOff", "the start failed: it exited with code 7")},{Row("web", "Up", "")}]");
        string[] narrow = await Lines(40);
        narrow.Should().OnlyContain(static l => l.Length <= 40);
        narrow[0].Should().MatchRegex("^SERVICE +STATE +WHY$");
        narrow[1].Should().MatchRegex("^database +BackingOff +the start");
        narrow.Should().Contain(static l => l.StartsWith("web       Up", StringComparison.Ordinal));
        (await Lines(60))[0].Should().MatchRegex("^SERVICE +STATE +SINCE +PID +WHY$");
        (await Lines(120))[0].Should().MatchRegex("^SERVICE +STATE +SINCE +PID +RESTARTS +KIND +WHY$");
    }

    [Fact]
    public async Task What_a_killed_keeper_has_not_left_is_empty()
    {
        var folder = KeeperFolder.Prepare(_keep.Folder);
        new StoredState().Write(folder.State("a"));
        (int code, string said, _) = await _keep.Ask("status");
        code.Should().Be(2);
        said.Should().MatchRegex("(?m)^a +Unknown +Detached +the last keeper has left no word of its end$");
        (await _keep.Ask("status", "--json")).Out.Should().NotContain("since").And.NotContain("restarts");
        (await _keep.Ask("why", "a")).Out.Should().Be("a: Unknown: the last keeper has left no word of its end\nThe keeper has seen no death of it.\n");
    }

    [Theory]
    [InlineData(">/dev/full", "No space left on device")]
    [InlineData(">&-", "it is closed")]
    public async Task Output_that_goes_nowhere_is_told_as_such(string where, string reason)
    {
        Directory.CreateDirectory(_keep.Folder);
        using var keeper = new FakeKeeper(_keep.Folder, "[]");
        string log = $"{_keep.Folder}/a.log";
        await File.WriteAllTextAsync(log, "line\n");
        using var logs = new FakeKeeper(Directory.CreateDirectory(_keep.Path("logs")).FullName, $"\"{log}\"");
        foreach (string command in (string[])[$"status --folder {_keep.Folder}", $"status --json --folder {_keep.Folder}", $"log a --folder {_keep.Path("logs")}"])
        {
            using Process tool = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec {Repository.Procman} keep {command} {where}"]) { RedirectStandardError = true })!;
            (await tool.StandardError.ReadToEndAsync()).Should().Be($"procman: standard output cannot be written: {reason}\n", "of {0}", command);
            (await Keep.EndOf(tool)).Should().Be(74);
        }
    }

    [Fact]
    public async Task A_keeper_that_ends_in_the_middle_is_told_as_one_that_was_stopped()
    {
        Directory.CreateDirectory(_keep.Folder);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_keep.Folder + "/keeper.sock"));
        listener.Listen();
        Task ends = Task.Run(async () =>
        {
            (await listener.AcceptAsync()).Dispose(); // it is looked whether there is a keeper
            using Socket client = await listener.AcceptAsync();
            await client.SendAsync(Encoding.UTF8.GetBytes($$"""{"procmanager":1,"keeper":"{{_keep.Folder}}","pid":{{Environment.ProcessId}}}""" + "\n"));
        });
        (await _keep.Ask("status")).Should().Be((2, "", $"procman: the keeper of {_keep.Folder} was stopped meanwhile, and has closed its connection.\n"));
        await ends;
        (await _keep.Run("status", "--file", "nofile.json")).Error.Should().Contain("Could not find file").And.NotContain("..");
    }

    private async Task<string[]> Lines(int columns)
    {
        using var terminal = new Pty(output);
        using Process tool = Process.Start("sh", ["-c", $"stty cols {columns} <{terminal.Path}; TERM=dumb NO_COLOR=1 {Repository.Procman} keep status --folder {_keep.Folder} <{terminal.Path} >{terminal.Path} 2>&1; echo END >{terminal.Path}"]);
        await terminal.Log.Find("^END$");
        await Keep.EndOf(tool);
        return [.. terminal.Log.Lines.Select(static l => System.Text.RegularExpressions.Regex.Replace(l, @"\x1b(\[[0-9;?]*[a-zA-Z]|[=>])", "").TrimEnd()).Where(static l => l.Length > 0)];
    }

    public void Dispose() => _keep.Dispose();
}
