using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Users and groups have names also where the native helper of Mono.Posix cannot be loaded, as on musl.</summary>
[Trait("Row", "A1.10")]
public class AccountNames(ITestOutputHelper output)
{
    [Theory]
    [InlineData("*MonoPosixHelper*")]
    [InlineData("*Mono*Posix*")]
    public async Task Without_these_files_the_group_of_a_socket_is_found_by_its_name(string files)
    {
        using var folder = new TempFolder();
        string program = Copy(Places.TestWorkerFolder, folder.File("program"), files);
        string socket = folder.File("app.sock");
        string group = await AnotherGroup();

        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1", $"--socket={socket}", $"--socket-group={group}"] });
        await managed.Ready();
        (await Said("stat", "--format=%G", socket)).Should().Be(group);

        await using Managed unknown = Managed.Launch(output, new Launch { Program = program, Arguments = [$"--socket={socket}2", "--socket-group=no-such-group"] });
        await unknown.Exit();
        unknown.Log.Lines.Should().Contain(static l => l.Contains("There is no group named 'no-such-group' on this machine."));
    }

    /// <summary>The program with its subfolders, less these files.</summary>
    private static string Copy(string from, string to, string less)
    {
        string[] left = Directory.GetFiles(from, less, SearchOption.AllDirectories);
#if NATIVE_AOT
        left.Should().BeEmpty("a program compiled ahead is one file");
#endif
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories).Except(left))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return Path.Combine(to, Path.GetFileName(Places.TestWorker));
    }

    /// <summary>A group that a new file does not have by itself; only root may choose.</summary>
    private static async Task<string> AnotherGroup() => Environment.IsPrivilegedProcess
        ? File.ReadLines("/etc/group").Select(static l => l.Split(':')).First(static g => g is [_, _, not "0", ..])[0]
        : await Said("id", "--group", "--name");

    private static async Task<string> Said(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Trim();
    }
}
