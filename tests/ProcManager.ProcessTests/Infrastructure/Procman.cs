using System.Diagnostics;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Runs the command-line tool, and pools that it finds: their control sockets are in a folder of this test's own.</summary>
internal sealed class Procman : IDisposable
{
    private readonly ITestOutputHelper _output;

    internal Procman(ITestOutputHelper output)
    {
        _output = output;
        File.SetUnixFileMode(Folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    internal TempFolder Folder { get; } = new();

    /// <summary>Where the tool and the pools look for control sockets.</summary>
    internal string Sockets => Folder.File("procmanager");

    /// <summary>TestWorker with two workers and this title, in this folder.</summary>
    internal async Task<Managed> Start(string title, params string[] switches)
    {
        Managed managed = Managed.Launch(_output, new Launch
        {
            Arguments = [$"--ProcessManager:ProcessTitle={title}", "--ProcessManager:ProcessCount=2", .. switches],
            Environment = { ["XDG_RUNTIME_DIR"] = Folder.Path },
            Folder = Folder.Path,
        });
        await managed.Ready();
        return managed;
    }

    internal Task<(int Code, string Out, string Error)> Run(params string[] arguments) => RunProgram(Places.Procman, arguments);

    /// <summary>A line of bash in which <c>procman</c> is the tool.</summary>
    internal Task<(int Code, string Out, string Error)> Bash(string line) => RunProgram("bash", "-c", $"PATH={Path.GetDirectoryName(Places.Procman)}:$PATH; {line}");

    /// <summary>What a shell needs to run the tool for these pools.</summary>
    internal Dictionary<string, string> Environment => new()
    {
        ["XDG_RUNTIME_DIR"] = Folder.Path,
        ["PATH"] = $"{Path.GetDirectoryName(Places.Procman)}:{System.Environment.GetEnvironmentVariable("PATH")}",
    };

    public void Dispose() => Folder.Dispose();

    internal async Task<(int Code, string Out, string Error)> RunProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_RUNTIME_DIR"] = Folder.Path;
        start.Environment["COLUMNS"] = "200";
        using Process tool = Process.Start(start)!;
        Task<string> error = tool.StandardError.ReadToEndAsync();
        string said = await tool.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync();
        _output.WriteLine($"{Path.GetFileName(program)} {string.Join(' ', arguments)}: exit code {tool.ExitCode}\n{said}{await error}");
        return (tool.ExitCode, said, await error);
    }
}
