using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Each way a .NET program is run; a worker must be the same program with the same arguments.</summary>
[Trait("Row", "A1.1")]
public class StartingOurselvesAgain(ITestOutputHelper output)
{
    private static readonly string[] Odd = ["two words", "a \"quoted\" one", "it's", "", "ünïcödé", "new\nline", "--ProcessManager:ProcessCount=1", "--ProcessManager:StartLeisure=00:00:00"];

    [Fact]
    public Task As_an_apphost() => Serves(new Launch());

    [Fact]
    public Task By_a_relative_path() => Serves(new Launch { Folder = Places.TestWorkerFolder, Wrapper = ["/bin/sh", "-c", "shift; exec ./ProcManager.TestWorker \"$@\"", "sh"] });

    [Fact]
    public Task Through_PATH() => Serves(new Launch
    {
        Wrapper = ["/bin/sh", "-c", "shift; PATH=$FOLDER:$PATH exec ProcManager.TestWorker \"$@\"", "sh"],
        Environment = { ["FOLDER"] = Places.TestWorkerFolder },
    });

#if !NATIVE_AOT
    [Fact]
    public Task By_the_dotnet_command() => Serves(new Launch { Program = "dotnet", Arguments = [Places.TestWorker + ".dll"] });

    [Fact]
    public Task By_dotnet_with_a_relative_path() => Serves(new Launch { Program = "dotnet", Folder = Places.TestWorkerFolder, Arguments = ["ProcManager.TestWorker.dll"] });

    [Fact]
    public Task By_dotnet_exec_with_options_of_the_host() => Serves(new Launch { Program = "dotnet", Arguments = ["exec", "--roll-forward", "Major", Places.TestWorker + ".dll"] });

    [Fact]
    public async Task By_dotnet_run()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Program = "dotnet",
            Arguments = ["run", "--no-build", "-c", Configuration, "--project", Path.Combine(Places.RepositoryRoot, "samples/HelloWorkers"), "--", "--port", "0", "--ProcessManager:ProcessCount=2"],
        });
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }
#endif

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deploy_switches_the_link_and_a_reload_runs_the_new_release(bool fromWithin)
    {
        using var folder = new TempFolder();
        Release(folder, "1");
        Release(folder, "2");
        Directory.CreateSymbolicLink(folder.File("current"), folder.File("release-1"));
        await using Managed managed = Managed.Launch(output, fromWithin
            ? new Launch { Wrapper = ["/bin/sh", "-c", $"cd {folder.File("current")}; shift; exec ./ProcManager.TestWorker \"$@\"", "sh"], Arguments = ["--ProcessManager:ProcessCount=2"] }
            : new Launch { Program = folder.File("current/ProcManager.TestWorker"), Arguments = ["--ProcessManager:ProcessCount=2"] });
        await managed.Ready();
        (await managed.Client.Get("/version")).Should().Be("1");
        await Run("ln", "-s", folder.File("release-2"), folder.File("next"));
        await Run("mv", "-T", folder.File("next"), folder.File("current"));
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        (await managed.Client.Get("/version")).Should().Be("2");
    }

    [Fact]
    public async Task An_executable_that_was_replaced_is_the_one_that_a_reload_starts()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1"] });
        await managed.Ready();
        File.Copy(program, program + ".new");
        File.Move(program + ".new", program, overwrite: true);
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.FindCount("is ready", 2);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task Directory_umask_and_environment_are_the_managers()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["/bin/sh", "-c", "umask 027; exec \"$0\" \"$@\""],
            Folder = folder.Path,
            Arguments = ["--ProcessManager:ProcessCount=1"],
            Environment = { ["COLOUR"] = "blue=green" },
        });
        await managed.Ready();
        (await managed.Client.Get("/cwd")).Should().Be(folder.Path);
        (await managed.Client.Get("/umask")).Should().Be("0027");
        (await managed.Client.Get("/env")).Should().Contain("COLOUR=blue=green\n");
    }

    [Fact]
    public async Task The_working_directory_is_looked_up_again_at_each_start()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("one"));
        Directory.CreateDirectory(folder.File("two"));
        Directory.CreateSymbolicLink(folder.File("current"), folder.File("one"));
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:WorkingDirectory={folder.File("current")}");
        (await managed.Client.Get("/cwd")).Should().Be(folder.File("one"));
        await Run("ln", "-s", folder.File("two"), folder.File("next"));
        await Run("mv", "-T", folder.File("next"), folder.File("current"));
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        (await managed.Client.Get("/cwd")).Should().Be(folder.File("two"));
    }

    /// <summary>A relative path means nothing in a folder that is gone, and ASP.NET Core does not start there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deploy_that_deletes_the_folder_it_was_started_in_leaves_the_workers_a_folder(bool madeAgain)
    {
        using var folder = new TempFolder();
        string start = Directory.CreateDirectory(folder.File("release")).FullName;
        await using Managed managed = Managed.Launch(output, new Launch { Folder = start, Arguments = ["--ProcessManager:ProcessCount=2"] });
        await managed.Ready();
        Directory.Delete(start);
        if (madeAgain)
        {
            Directory.CreateDirectory(start);
        }

        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        string now = madeAgain ? start : Places.TestWorkerFolder.TrimEnd('/');
        (await managed.Client.Get("/cwd")).Should().Be(now);
        await managed.Log.Find($"the folder in which managing began, '{start}', was deleted; workers start in '{now}' now. Set WorkingDirectory");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Count(static l => l.Contains("was deleted")).Should().Be(1);
    }

    [Theory]
    [InlineData("", "current")]
    [InlineData("current", ".")]
    public async Task Relative_paths_mean_the_directory_in_which_managing_began(string start, string directory)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("one"));
        Directory.CreateDirectory(folder.File("two"));
        Directory.CreateSymbolicLink(folder.File("current"), folder.File("one"));
        string home = Directory.CreateDirectory(folder.File(start.Length > 0 ? "one/found" : "found")).FullName;
        string command = folder.Write(start.Length > 0 ? "two/keep" : "keep", $"#!/bin/sh\n/bin/pwd -P > {folder.File("told")}.new && mv {folder.File("told")}.new {folder.File("told")}\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(folder.File("two/found"));
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["/bin/sh", "-c", $"cd {folder.File(start)}; exec \"$0\" \"$@\""],
            Arguments =
            [
                "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", $"--ProcessManager:WorkingDirectory={directory}", "--ProcessManager:CaptureFolder=found",
                "--ProcessManager:KeepCommand=keep", "--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:WatchdogLadder=Log, Capture, Keep", "--capture=yes",
            ],
        });
        await managed.Ready();
        (await managed.Client.Get("/cwd")).Should().Be(folder.File("one"));
        Native.Send(managed.Workers.Single(), Native.Kill);
        await managed.Log.FindCount("is ready", 2);
        (await managed.Client.Get("/cwd")).Should().Be(folder.File("one"), "the second start goes there too");

        await Run("ln", "-s", folder.File("two"), folder.File("next"));
        await Run("mv", "-T", folder.File("next"), folder.File("current"));
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        (await managed.Client.Get("/cwd")).Should().Be(folder.File("two"));

        Task hanging = managed.Client.Lost("/hang");
        string file = (await managed.Log.Find(@"where it hangs is in (\S+)")).Groups[1].Value;
        Path.GetDirectoryName(Path.GetFullPath(file)).Should().Be(start.Length > 0 ? folder.File("current/found") : home);
        await managed.Log.Find("the command for kept workers, .* ended with exit code 0");
        File.ReadAllText(folder.File("told")).Trim().Should().Be(folder.File("two"));
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        await hanging;
    }

#if !NATIVE_AOT
    private static string Configuration => Places.TestWorkerFolder.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
#endif

    private async Task Serves(Launch launch)
    {
        await using Managed managed = Managed.Launch(output, launch with { Arguments = [.. launch.Arguments, .. Odd] });
        await managed.Ready();
        Title(managed.Pid).Should().Be("ProcManager.TestWorker", "dotnet is not the program's name");
        Title(managed.Workers[0]).Should().Be("ProcManager.TestWorker: worker 0");
        (await managed.Client.Get("/args")).Should().Be(string.Join('\n', Odd.Select(static a => $"[{a}]")));
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.FindCount("is ready", 2);
        (await managed.Client.Get("/args")).Should().Be(string.Join('\n', Odd.Select(static a => $"[{a}]")));
    }

    private static string Title(int pid) => Native.ReadOrEmpty($"/proc/{pid}/cmdline").TrimEnd('\0');

    private static void Release(TempFolder folder, string version)
    {
        string home = Directory.CreateDirectory(folder.File($"release-{version}")).FullName;
        foreach (string file in Directory.GetFiles(Places.TestWorkerFolder))
        {
            File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(home, "version.txt"), version);
    }

    private static async Task Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, text);
    }
}
