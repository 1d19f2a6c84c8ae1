using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep status</c>, <c>why</c>, <c>pause</c> and the others, on a keeper that runs.</summary>
[Trait("Row", "E7")]
public sealed class CommandsForAKeeper(ITestOutputHelper output) : IDisposable
{
    private const string Ticker = """    "ticker": { "kind": "foreground", "start": "echo ticking; exec sleep 1000", "backoff": { "resetAfter": "100ms" } }""";

    private readonly Keep _keep = new(output);

    [Fact]
    public async Task A_file_before_the_command_names_the_keeper()
    {
        _keep.Define(_keep.Detached("a"));
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        (await _keep.Run(_keep.File, "status")).Code.Should().Be(0);
        (int code, _, string error) = await _keep.Run(_keep.File, "stop", "--folder", "/nonexistent");
        (code, error.Split('\n')[0]).Should().Be((64, $"procman: '{_keep.File}' before stop names a keeper, and so does an option; give one of them."));
        (await _keep.Run("--check", "")).Should().Be((64, "", "procman: the file is ''; allowed: a path.\n"));
    }

    [Fact]
    public async Task Services_are_shown_and_the_exit_code_says_whether_all_are_up()
    {
        _keep.Define(Ticker + ",\n" + _keep.Detached("a") + ",\n" + """    "broken": { "start": ["false"], "check": { "executable": "/no/such" } }""");
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service ticker: up$");
        await log.Find("service a: up$");
        await log.Find("service broken: start failed");

        (int code, string said, string error) = await _keep.Ask("status");
        (code, error).Should().Be((1, ""));
        said.Split('\n')[0].Should().MatchRegex("^SERVICE +STATE +SINCE +PID +RESTARTS +KIND +WHY");
        said.Should().MatchRegex(@"(?m)^ticker +Up +[\d.]+ m?s +\d+ +0 +Foreground").And.MatchRegex($@"(?m)^a +Up +.* +{_keep.PidOf("a")} +\d+ +Detached").And.MatchRegex("(?m)^broken +(BackingOff|Starting) ");

        (code, said, _) = await _keep.Ask("status", "a", "--json");
        code.Should().Be(0);
        JsonElement a = JsonDocument.Parse(said).RootElement;
        (a.GetProperty("name").GetString(), a.GetProperty("state").GetString(), a.GetProperty("pid").GetInt32()).Should().Be(("a", "Up", _keep.PidOf("a")));
        JsonDocument.Parse((await _keep.Ask("status", "--json")).Out).RootElement.GetArrayLength().Should().Be(3);

        (await _keep.Run("status", "a", "--file", _keep.File)).Code.Should().Be(0, "the file names the folder");
        (await _keep.Ask("status", "redis")).Should().Be((1, "", "procman: There is no service named 'redis'. There are: ticker, a, broken.\n"));
    }

    [Fact]
    public async Task A_service_is_paused_resumed_and_restarted()
    {
        _keep.Define(_keep.Detached("a"));
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        (await _keep.Ask("pause", "a")).Should().Be((0, "a is paused.\n", ""));
        (await _keep.Ask("status", "a")).Code.Should().Be(0, "paused is as the operator wants it");
        int first = _keep.PidOf("a");
        Keep.Signal(first, "KILL");
        int lines = log.Count;
        (await _keep.Ask("resume", "a", "--no-wait")).Should().Be((0, "a is looked for again.\n", ""));
        await log.Find("service a: recovered", lines);
        int second = _keep.PidOf("a");
        second.Should().NotBe(first);
        (int code, string said, _) = await _keep.Ask("restart", "a");
        int third = _keep.PidOf("a");
        (code, said).Should().Be((0, $"a is up (pid {third}).\n"));
        third.Should().NotBe(second);
        lines = log.Count;
        (await _keep.Ask("restart", "a", "--no-wait")).Should().Be((0, "a is being restarted.\n", ""));
        await log.Find("service a: up$", lines);
        _keep.PidOf("a").Should().NotBe(third);
        (await _keep.Ask("pause", "b")).Should().Be((1, "", "procman: There is no service named 'b'. There are: a.\n"));
    }

    [Fact]
    public async Task One_service_is_stopped_and_stays_so_until_it_is_resumed()
    {
        _keep.Define(Ticker + ",\n" + _keep.Detached("a"));
        (Process keeper, LineLog log) = await _keep.Keeper();
        int ticker = int.Parse((await log.Find(@"service ticker: started \(pid (\d+)\)")).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        await log.Find("service ticker: up$");
        await log.Find("service a: up$");
        (await _keep.Ask("stop", "a")).Should().Be((0, "a is stopped, and paused until resume or restart.\n", ""));
        (await _keep.Ask("stop", "ticker")).Should().Be((0, "ticker is stopped, and paused until resume or restart.\n", ""));
        Directory.Exists($"/proc/{ticker}").Should().BeFalse();
        await Until.True(() => !File.Exists($"/proc/{_keep.PidOf("a")}/exe"), "the end of a");
        (int code, string said, _) = await _keep.Ask("status");
        (code, said).Should().Be((0, said), "it is as the operator wants it");
        said.Should().MatchRegex("(?m)^ticker +Paused .* stopped by an operator$").And.MatchRegex("(?m)^a +Paused .* stopped by an operator$");
        (await _keep.Ask("resume", "ticker")).Out.Should().MatchRegex(@"^ticker is up \(pid \d+\)\.\n$");
        (await _keep.Ask("stop", "b")).Error.Should().Be("procman: There is no service named 'b'. There are: ticker, a.\n");
        (await _keep.Ask("stop")).Code.Should().Be(0);
        (await Keep.EndOf(keeper)).Should().Be(0);
        await _keep.Keeper();
        (await _keep.Ask("status", "a", "--json")).Out.Should().Contain("\"state\":\"Paused\"", "the next keeper does not start it");
    }

    [Fact]
    public async Task An_order_that_fails_or_takes_too_long_says_why()
    {
        string ok = _keep.Path("ok");
        _keep.Define($$"""
            "a": { "kind": "foreground", "start": "[ -e {{ok}} ] && exec sleep 1000; exit 7", "backoff": { "initial": "1m" } },
            "deaf": { "kind": "foreground", "start": "trap '' TERM; while :; do sleep 0.01; done", "stopTimeout": "1m" },
            "port": { "start": "exit 0", "check": { "command": "true" } }
            """);
        await File.WriteAllTextAsync(ok, "");
        (Process keeper, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        await log.Find("service deaf: up$");
        await log.Find("service port: up$");
        File.Delete(ok);
        (int code, string said, string error) = await _keep.Ask("restart", "a");
        (code, said).Should().Be((1, ""));
        error.Should().MatchRegex(@"^procman: a has not come up; the keeper goes on trying: the start failed: it ended .* after its start: it exited with code 7\. See 'procman keep why a'\.\n$");
        (await _keep.Ask("restart", "port")).Error.Should().StartWith("procman: The service 'port' runs, and the keeper cannot stop it");
        (await _keep.Ask("pause", "port")).Code.Should().Be(0);
        (await _keep.Ask("restart", "port")).Error.Should().Be("procman: port is up: it runs, and was not restarted: nothing says how to stop it. See 'procman keep why port'.\n");
        (await _keep.Ask("pause", "port")).Code.Should().Be(0);
        (await _keep.Ask("stop", "port")).Error.Should().Be("procman: port was not stopped: paused, and it runs: nothing says how to stop it. See 'procman keep why port'.\n");
        (await _keep.Ask("stop", "deaf", "--timeout", "100ms")).Should().Be((1, "", "procman: deaf is still Stopping after 0.1 s (--timeout): stopped by an operator. The keeper goes on; see 'procman keep status deaf'.\n"));
        (await _keep.Ask("stop", "--timeout", "1s")).Code.Should().Be(64);
        (await _keep.Ask("restart", "a", "--timeout", "5")).Error.Should().StartWith("procman: --timeout is '5'; allowed: a time with its unit");
        keeper.Kill();
        await Keep.EndOf(keeper);
        Keep.Signal(int.Parse((await log.Find(@"service deaf: started \(pid (\d+)\)")).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), "KILL");
    }

    [Fact]
    public async Task Why_a_service_died_is_told_with_its_last_lines()
    {
        _keep.Define(Ticker);
        (_, LineLog log) = await _keep.Keeper();
        int pid = int.Parse((await log.Find(@"service ticker: started \(pid (\d+)\)")).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        await log.Find("service ticker: up$");
        (await _keep.Ask("why", "ticker")).Out.Should().MatchRegex(@"^ticker: Up since .*\nThe keeper has seen no death of it\.\n$");
        Keep.Signal(pid, "KILL");
        await log.Find("service ticker: recovered");
        string said = (await _keep.Ask("why", "ticker")).Out;
        said.Should().MatchRegex(@"^ticker: Up since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\ndied:     \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nhow:      .*(KILL|9).*\nsnapshot: ").And.MatchRegex(@"\n\nlast lines now:\n(.*\n)*  .*ticking\n");
        JsonDocument.Parse((await _keep.Ask("why", "ticker", "--json")).Out).RootElement.GetProperty("lastDeath").GetProperty("reason").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public async Task The_summary_of_a_snapshot_is_shown()
    {
        string folder = Directory.CreateDirectory(_keep.Path("snapshot")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "summary.txt"), "killed for want of memory\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "processes.txt"), "");
        Directory.CreateDirectory(_keep.Folder);
        using var keeper = new FakeKeeper(_keep.Folder, $$"""{"name":"a","kind":"Detached","state":"Up","since":"2026-11-28T00:00:00Z","restarts":1,"reason":"","lastDeath":{"at":"2026-11-28T00:00:00Z","reason":"gone\u001b[2J","snapshot":"{{folder}}"},"output":"x"}""");
        (await _keep.Ask("why", "a")).Out.Should().EndWith($"how:      gone\\u001B[2J\nsnapshot: {folder}\nfiles:    processes.txt, summary.txt\n\nsummary:\n  killed for want of memory\n\nlast lines now:\n  x\n");
        Directory.Delete(folder, recursive: true);
        (await _keep.Ask("why", "a")).Out.Should().Contain("Could not find a part of the path");
    }

    [Fact]
    public async Task The_file_is_read_again_at_HUP_and_when_asked_and_a_wrong_one_is_refused()
    {
        _keep.Define(_keep.Detached("a"));
        (Process keeper, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        _keep.Define(_keep.Detached("a") + ",\n" + _keep.Detached("b"));
        Keep.Signal(keeper.Id, "HUP");
        await log.Find("the definitions were read again: 1 added, 0 changed, 0 gone");
        await log.Find("service b: up$");

        _keep.Define(_keep.Detached("a", ", \"interval\": 5"));
        int lines = log.Count;
        Keep.Signal(keeper.Id, "HUP");
        await log.Find(@"the definitions were not taken, the old ones stay: \S+services\.json:5: services\.a\.interval is there twice; the first is in line 5", lines);
        (int code, _, string error) = await _keep.Ask("reload");
        (code, error.Contains(":5: services.a.interval is there twice", StringComparison.Ordinal)).Should().Be((1, true));

        _keep.Define(_keep.Detached("b"));
        (await _keep.Ask("reload")).Should().Be((0, "The keeper has read its file again: 0 added, 0 changed, 1 gone.\na is not in the definitions any more; it is left running and not looked for.\n", ""));
        await log.Find("service a: is not in the definitions any more; it is left running");
        (await _keep.Ask("status")).Out.Should().MatchRegex("(?m)^b ").And.NotMatchRegex("(?m)^a ");
        Directory.Exists($"/proc/{_keep.PidOf("a")}").Should().BeTrue();
    }

    [Fact]
    public async Task A_keeper_that_is_stopped_leaves_detached_services_and_its_folder()
    {
        _keep.Define(Ticker + ",\n" + _keep.Detached("a"));
        (Process keeper, LineLog log) = await _keep.Keeper();
        int ticker = int.Parse((await log.Find(@"service ticker: started \(pid (\d+)\)")).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        await log.Find("service a: up$");
        (await _keep.Ask("stop")).Should().Be((0, $"The keeper of {_keep.Folder} has ended.\n", ""));
        (Process next, _) = await _keep.Keeper();
        (await Keep.EndOf(keeper)).Should().Be(0);
        Directory.Exists($"/proc/{ticker}").Should().BeFalse();
        Directory.Exists($"/proc/{_keep.PidOf("a")}").Should().BeTrue();

        Keep.Signal(next.Id, "TERM");
        (await Keep.EndOf(next)).Should().Be(0);
        (int code, string said, string error) = await _keep.Ask("status");
        (code, said.Split('\n').Length).Should().Be((2, 4), "a keeper is to run, and what it knew at its end is shown");
        error.Should().MatchRegex($"^procman: no keeper runs for the folder {_keep.Folder}; as of .*, the end of the last keeper:\n$");
        (await _keep.Ask("restart", "a")).Should().Be((2, "", $"procman: no keeper runs for the folder {_keep.Folder}. Name another one by --folder or --file, or start it: procman keep services.json.\n"));
        (await _keep.Ask("log", "ticker")).Out.Should().Contain("ticking", "the files are still there");
    }

    [Fact]
    public async Task A_file_with_mistakes_still_names_its_keeper()
    {
        _keep.Define(_keep.Detached("a"));
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service a: up$");
        _keep.Define("\"a\": 5");
        (await _keep.Run("status", "--file", _keep.File)).Code.Should().Be(0);
        await File.WriteAllTextAsync(_keep.File, "{");
        (int code, _, string error) = await _keep.Run("status", "--file", _keep.File);
        (code, error).Should().Be((2, $"procman: {_keep.File}:1:2: this is no JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed. Name the keeper by --folder.\n"));
    }

    [Fact]
    public async Task Tab_offers_the_services()
    {
        _keep.Define(_keep.Detached("alpha") + ",\n" + _keep.Detached("beta"));
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service beta: up$");
        foreach ((string line, string[] offered) in new (string, string[])[] { ($"procman keep --folder {_keep.Folder} pause ", ["alpha", "beta"]), ($"procman keep why --file {_keep.File} b", ["beta"]), ("procman keep re", ["reload", "restart", "resume"]) })
        {
            using Process tool = Process.Start(new ProcessStartInfo(Repository.Procman, [$"[suggest:{line.Length}]", line]) { RedirectStandardOutput = true })!;
            string[] said = (await tool.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            said.Where(static s => !s.StartsWith('-') && !s.StartsWith('/')).Should().BeEquivalentTo(offered, "of {0}", line);
        }
    }

    public void Dispose() => _keep.Dispose();
}
