using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The option LogFile: one file for the manager and all workers, which other programs move away.</summary>
[Trait("Row", "D11")]
public sealed class LogFiles(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Log => _folder.File("app.log");

    [Fact]
    public async Task Manager_and_workers_write_there_and_nowhere_else()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:Umask=027", "--events=yes");
        await managed.Client.Get("/print?x=from%20a%20worker\\n");
        await managed.Client.Get("/print-error?x=an%20error%20of%20a%20worker\\n");
        await Says("^from a worker$");
        await Says("^an error of a worker$");
        await Says(@"ProcManager\.TestWorker: manager \(pid \d+\): all 2 workers are ready$");
        await Says("^event pool ready$", "a host that has used Console before Manage writes there, too");
        (await managed.Client.Get("/umask")).Should().Be("0027");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().ContainSingle("standard output and error lead elsewhere once managing begins").Which.Should().StartWith("listening ");
        File.ReadAllLines(Log).Should().Contain(static l => Regex.IsMatch(l, @"worker \d \(pid \d+\): safe exit after SIGTERM$"))
            .And.Contain(static l => l.EndsWith("all workers are gone; exit code 0", StringComparison.Ordinal))
            .And.Contain(static l => l.StartsWith("clean-up of Worker", StringComparison.Ordinal), "a worker's last line");
        File.GetUnixFileMode(Log).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    [Theory]
    [InlineData(Native.Usr1)]
    [InlineData(Native.Hup)]
    public async Task A_signal_opens_the_file_again_that_was_moved_away(int signal)
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        File.Move(Log, _folder.File("old.log"));
        managed.Signal(signal);
        await Says($"log file {Log}: opened again$");
        await managed.Client.Get("/print?x=after\\n");
        await Says("^after$");
        File.ReadAllText(_folder.File("old.log")).Should().NotContain("after\n");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Theory]
    [InlineData("create 0640")]
    [InlineData("copytruncate")]
    public async Task The_real_logrotate_rotates_it_without_a_lost_line(string way)
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2");
        string script = way == "copytruncate" ? "" : $"postrotate\n kill -USR1 {managed.Pid}\nendscript\n";
        string configuration = _folder.Write("logrotate.conf", $"{Log} {{\n su root root\n rotate 9\n {way}\n {script}}}\n");
        for (int i = 0; i < 3; i++)
        {
            await managed.Client.Get("/lines?x=50,20");
            await Until.True(() => Lines().Count(static l => l.StartsWith("line ", StringComparison.Ordinal)) == 50 * (i + 1), $"{50 * (i + 1)} lines of workers");
            int opened = Lines().Count(static l => l.EndsWith(": opened again", StringComparison.Ordinal));
            await Rotate(configuration);
            if (script.Length > 0)
            {
                await Until.True(() => Lines().Count(static l => l.EndsWith(": opened again", StringComparison.Ordinal)) == opened + 1, "the manager has opened the file again");
            }
        }

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.ReadAllText(Log).Should().NotContain("\0", "a truncated file has no hole").And.Contain("exit code 0");
        Directory.GetFiles(_folder.Path, "app.log*").Should().HaveCount(4);
        Lines().Where(static l => l.StartsWith("line ", StringComparison.Ordinal)).Should().HaveCount(150).And.OnlyContain(static l => Regex.IsMatch(l, @"^line \d+ \d{6} x{20}$"));
    }

    [Fact]
    public async Task From_a_size_on_it_rotates_by_itself_and_keeps_so_many_files()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:LogFileMaxSize=16KiB", "--ProcessManager:LogFileKeep=3");
        for (int i = 0; i < 4; i++)
        {
            await managed.Client.Get("/lines?x=500,60");
            await Until.True(() => Lines().Any(static l => l.Contains(" 000499 ", StringComparison.Ordinal)), "the last line is there");
        }

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        string[] files = [.. Directory.GetFiles(_folder.Path, "app.log*").Order(StringComparer.Ordinal)];
        files.Select(static f => Path.GetFileName(f)).Should().Equal("app.log", "app.log.1", "app.log.2", "app.log.3");
        files[1..].Should().OnlyContain(static f => new FileInfo(f).Length >= 16 * 1024 && new FileInfo(f).Length < 16 * 1024 + (64 * 1024) + 4096);
        Lines().Should().OnlyContain(static l => Regex.IsMatch(l, @"^(line \d+ \d{6} x{60}|\d{4}-\S+ \S+: .+|clean-up .*)$"), "no line is torn by a rotation");
    }

    [Fact]
    public async Task A_disk_that_is_full_holds_nothing_and_what_was_lost_is_counted()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            // A file system of 64 KiB for this program alone.
            Wrapper = ["unshare", "--mount", "/bin/sh", "-c", $"mount -t tmpfs -o size=64k none {_folder.Path} && exec \"$0\" \"$@\""],
            Arguments = ["--ProcessManager:ProcessCount=2", $"--ProcessManager:LogFile={Log}", "--socket=" + SocketPath],
        });
        await managed.Log.Find("^listening ");
        managed.Unheard(SocketPath);
        for (int i = 0; i < 5; i++)
        {
            (await managed.Client.Get("/lines?x=2000,100")).Should().Be("printed"); // 1 MB
        }

        string inside = $"/proc/{managed.StartedPid}/root{Log}";
        await Until.True(() => new FileInfo(inside).Length == 64 * 1024, "the disk is full");

        // What waits in the queue may fill the room that is made; then room is made again.
        await Until.True(
            async () =>
            {
                if (new FileInfo(inside).Length == 64 * 1024)
                {
                    File.WriteAllText(inside, "");
                    await managed.Client.Get("/print?x=room\\n");
                }

                string text = File.ReadAllText(inside);
                return Regex.IsMatch(text, "^room$", RegexOptions.Multiline) && Regex.IsMatch(text, @"\d+ lines of workers were lost");
            },
            "lines are written again, and lost ones are counted");
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Theory]
    [InlineData("no/such/folder/app.log", "No such file or directory")]
    [InlineData(".", "Is a directory")]
    [InlineData("link.log", "it is a symbolic link, which is not followed.")]
    [InlineData("fifo", "it is not a regular file.")]
    public async Task A_file_that_cannot_be_used_is_said_where_the_program_was_started(string name, string reason)
    {
        File.CreateSymbolicLink(_folder.File("link.log"), _folder.File("elsewhere.log"));
        using (var mkfifo = Process.Start("mkfifo", [_folder.File("fifo")]))
        {
            await mkfifo.WaitForExitAsync();
        }

        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:LogFile={_folder.File(name)}"] });
        (await managed.Exit()).Should().Be(78);
        managed.Log.Lines.Should().ContainSingle(static l => !l.StartsWith("listening", StringComparison.Ordinal))
            .Which.Should().Match($"ProcManager.TestWorker: ProcessManager:LogFile is {_folder.File(name)}, which cannot be opened: *{reason}* Give the path of a regular file that this user may write, in a folder that is there.");
        File.Exists(_folder.File("elsewhere.log")).Should().BeFalse();
    }

    [Fact]
    public async Task A_start_that_is_refused_is_said_where_the_program_was_started()
    {
        await using Managed first = await Start("--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={_folder.File("app.pid")}");
        await using Managed second = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={_folder.File("app.pid")}", $"--ProcessManager:LogFile={_folder.File("second.log")}"] });
        (await second.Exit()).Should().Be(1);
        second.Log.Lines.Should().Contain(static l => l.Contains("is held by a running manager", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_whose_folder_is_gone_is_written_on_and_the_reason_is_told()
    {
        Directory.CreateDirectory(_folder.File("logs"));
        string log = _folder.File("logs/app.log");
        await using Managed managed = await StartWith(log, "--ProcessManager:ProcessCount=1");
        Directory.Move(_folder.File("logs"), _folder.File("moved"));
        managed.Signal(Native.Usr1);
        await Says($@"log file {log} cannot be opened again: open\({log}\) failed: No such file or directory \(errno 2\)\. The open file is written on$", file: _folder.File("moved/app.log"));
        await managed.Client.Get("/print?x=goes%20on\\n");
        await Says("^goes on$", file: _folder.File("moved/app.log"));
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "D4")]
    public async Task A_plain_process_has_it_too_and_HUP_and_USR1_open_it_again()
    {
        await using Managed app = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=0", $"--ProcessManager:LogFile={Log}"] });
        app.Unheard((await app.Log.Find("^listening (.*)$")).Groups[1].Value);
        await app.Client.Get("/print?x=before\\n");
        await Says("^before$");
        foreach (int signal in (int[])[Native.Hup, Native.Usr1])
        {
            File.Move(Log, _folder.File($"old{signal}.log"));
            Native.Send(app.StartedPid, signal);
            await Says("opened again$");
            await app.Client.Get("/print?x=after\\n");
            await Says("^after$");
        }

        await app.Client.Get("/leave");
        (await app.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "A1.13")]
    public async Task Messages_are_lines_of_JSON_when_that_is_asked_for()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:LogFormat=json", "--ProcessManager:CaptureOutput=true");
        await managed.Client.Get("/print-error?x=<4>a%20\"quoted\"%20text\\n");
        await Says("quoted");
        await Says("all 2 workers are ready");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        JsonElement[] lines = [.. File.ReadAllLines(Log).Select(static l => JsonDocument.Parse(l).RootElement)];
        JsonElement ready = lines.Single(static l => l.GetProperty("message").GetString() == "all 2 workers are ready");
        ready.GetProperty("process").GetString().Should().Be("manager");
        ready.GetProperty("pid").GetInt32().Should().Be(managed.Pid);
        ready.GetProperty("level").GetString().Should().Be("Information");
        ready.GetProperty("app").GetString().Should().Be("ProcManager.TestWorker");
        ready.GetProperty("event").GetInt32().Should().BePositive();
        ready.GetProperty("data").GetProperty("Count").GetInt32().Should().Be(2);
        ready.GetProperty("time").GetDateTimeOffset().Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        JsonElement worker = lines.Single(static l => l.GetProperty("message").GetString() == "a \"quoted\" text");
        worker.GetProperty("process").GetString().Should().Be("worker");
        worker.GetProperty("slot").GetInt32().Should().BeInRange(0, 1);
        worker.GetProperty("level").GetString().Should().Be("Warning");
        lines.Should().Contain(static l => l.GetProperty("message").GetString() == "safe exit after SIGTERM" && l.GetProperty("process").GetString() == "worker", "a worker's own messages come the same way");
    }

    public void Dispose() => _folder.Dispose();

    private string SocketPath => $"/tmp/procmanager-test-{Path.GetFileName(_folder.Path)}.sock";

    private string[] Lines() => [.. Directory.GetFiles(_folder.Path, "app.log*").SelectMany(File.ReadAllLines)];

    private Task<Managed> Start(params string[] switches) => StartWith(Log, switches);

    private async Task<Managed> StartWith(string log, params string[] switches)
    {
        Managed managed = Managed.Launch(output, new Launch { Arguments = [.. switches, $"--ProcessManager:LogFile={log}"] });
        managed.Unheard((await managed.Log.Find("^listening (.*)$")).Groups[1].Value);
        await managed.Client.Get("/");
        return managed;
    }

    private Task Says(string line, string because = "it is written there", string? file = null) =>
        Until.True(() => Regex.IsMatch(Native.ReadOrEmpty(file ?? Log), line, RegexOptions.Multiline), $"{line} in the log: {because}");

    private async Task Rotate(string configuration)
    {
        using var logrotate = Process.Start(new ProcessStartInfo("logrotate", ["--force", "--state", _folder.File("state"), configuration]) { RedirectStandardError = true })!;
        string error = await logrotate.StandardError.ReadToEndAsync();
        await logrotate.WaitForExitAsync();
        (logrotate.ExitCode, error).Should().Be((0, ""));
    }
}
