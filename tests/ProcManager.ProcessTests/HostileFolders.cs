using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Another user may write to the folder of the log, or of the captured stacks, and puts there what leads elsewhere.</summary>
public sealed class HostileFolders : IDisposable
{
    private const string Precious = "not to be written\n";

    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly TempFolder _elsewhere = new();

    public HostileFolders(ITestOutputHelper output)
    {
        _output = output;
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ff);
        _elsewhere.Write("precious", Precious);
    }

    private string Target => _elsewhere.File("precious");

    private string Log => _folder.File("app.log");

    [Fact]
    [Trait("Row", "D11")]
    public async Task What_is_put_in_the_place_of_the_log_between_rotation_and_reopening_is_not_written()
    {
        await using Managed managed = await Start();
        File.Move(Log, _folder.File("old.log"));
        foreach ((string[] command, string reason) in new (string[], string)[]
        {
            (["ln", "-s", Target, Log], "it is a symbolic link, which is not followed"),
            (["ln", Target, Log], "which has 2 names (hard links), in a folder that another user may change and is not written"),
            (["mkfifo", Log], "it is not a regular file"),
            (["mkdir", Log], "Is a directory"),
        })
        {
            Run(command);
            using (FileStream? reader = command[0] == "mkfifo" ? new FileStream(Log, new FileStreamOptions { Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 }) : null)
            {
                managed.Signal(Native.Usr1);
                await Says(_folder.File("old.log"), $"log file {Regex.Escape(Log)} cannot be opened again: .*{Regex.Escape(reason)}.* The open file is written on$");
            }

            await managed.Client.Get($"/print?x=after%20{command[0]}\\n");
            await Says(_folder.File("old.log"), $"^after {command[0]}$");
            Run("rm", "-r", Log);
        }

        managed.Signal(Native.Usr1);
        await Says(Log, "opened again$");
        File.ReadAllText(Target).Should().Be(Precious);
    }

    [Fact]
    [Trait("Row", "D11")]
    public async Task Links_in_the_place_of_rotated_names_are_replaced_and_not_followed()
    {
        File.CreateSymbolicLink(_folder.File("app.log.1"), Target);
        Run("ln", Target, _folder.File("app.log.2"));
        await using Managed managed = await Start("--ProcessManager:LogFileMaxSize=16KiB", "--ProcessManager:LogFileKeep=2");
        await Until.True(
            async () =>
            {
                await managed.Client.Get("/lines?x=300,60");
                return new FileInfo(_folder.File("app.log.2")) is { LinkTarget: null } second && File.ReadAllText(second.FullName).Contains("line ", StringComparison.Ordinal);
            },
            "both names were rotated");

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        foreach (string name in (string[])["app.log.1", "app.log.2"])
        {
            new FileInfo(_folder.File(name)).LinkTarget.Should().BeNull();
            File.ReadAllText(_folder.File(name)).Should().Contain("line ");
        }

        File.ReadAllText(Target).Should().Be(Precious);
    }

    [Fact]
    [Trait("Row", "D11")]
    public async Task A_start_with_a_hard_link_in_the_place_of_the_log_is_refused()
    {
        Run("ln", Target, Log);
        await using Managed managed = Managed.Launch(_output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:LogFile={Log}"] });
        (await managed.Exit()).Should().Be(78);
        await managed.Log.Find($"ProcessManager:LogFile is {Regex.Escape(Log)}, which cannot be opened: .*which has 2 names \\(hard links\\), in a folder that another user may change and is not written");
        File.ReadAllText(Target).Should().Be(Precious);
    }

    /// <summary>The folder is the workers' own, and one of them has guessed the name: pid, slot and time.</summary>
    [Fact]
    [Trait("Row", "B8")]
    public async Task Links_in_the_place_of_captured_stacks_are_not_followed()
    {
        const int Timeout = 2000;
        string folder = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : _elsewhere.Path, Path.GetFileName(_folder.Path)), (UnixFileMode)0x1c0).FullName; // where so many links are made in no time
        try
        {
            await using Managed managed = await Managed.Start(
                _output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:RequestTimeout={Timeout}ms", "--ProcessManager:WatchdogLadder=Log, Capture, Kill", $"--ProcessManager:CaptureFolder={folder}", "--events=yes");
            int worker = managed.Workers.Single();
            Task hanging = managed.Client.Lost("/hang");
            DateTimeOffset found = DateTimeOffset.UtcNow.AddMilliseconds(Timeout - 50);
            for (int i = 0; i < 5000; i++)
            {
                File.CreateSymbolicLink(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"hang-{worker}-slot0-{found.AddMilliseconds(i):yyyyMMddTHHmmss.fff}.txt")), _elsewhere.File("new"));
            }

            await managed.Log.Find($@"worker 0 \(pid {worker}\): .*hang-{worker}-slot0-.*\.txt cannot be written: .*exists");
            await managed.Log.Find($"^event exited 0 {worker} cause=Hung");
            await hanging;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        File.Exists(_elsewhere.File("new")).Should().BeFalse();
    }

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    private static void Run(params string[] command)
    {
        using Process process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    private static Task Says(string file, string line) => Until.True(() => Regex.IsMatch(Native.ReadOrEmpty(file), line, RegexOptions.Multiline), () => $"{line} in {Native.ReadOrEmpty(file)}");

    private async Task<Managed> Start(params string[] switches)
    {
        Managed managed = Managed.Launch(_output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:LogFile={Log}", .. switches] });
        managed.Unheard((await managed.Log.Find("^listening (.*)$")).Groups[1].Value);
        await managed.Client.Get("/");
        return managed;
    }
}
