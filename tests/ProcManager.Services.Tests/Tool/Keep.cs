using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary>Runs <c>procman keep</c> with a file and a folder of the test's own. All that it has started ends with it.</summary>
internal sealed class Keep(ITestOutputHelper output) : IDisposable
{
    private readonly List<Process> _started = [];
    private readonly TempFolder _folder = new();

    /// <summary>The definitions.</summary>
    internal string File => _folder.File("services.json");

    /// <summary>The keeper's own files.</summary>
    internal string Folder => _folder.File("keeper");

    /// <summary>A command that ends by running the rest; for what is started from now on.</summary>
    internal string[] Wrapper { get; set; } = [];

    internal string Path(string name) => _folder.File(name);

    /// <summary>Writes the definitions.</summary>
    /// <param name="services">The fields of <c>services</c>.</param>
    internal Keep Define(string services)
    {
        _folder.Write("services.json", $$"""
            {
              "folder": "{{Folder}}",
              "snapshots": { "timeout": "100ms" },
              "services": {
            {{services}}
              }
            }
            """);
        return this;
    }

    /// <summary>A detached service whose process is in its pid file.</summary>
    internal string Detached(string name, string more = "") =>
        $$"""    "{{name}}": { "start": "echo starting {{name}}; sleep 1000 >/dev/null 2>&1 & echo $! >{{Path(name + ".pid")}}", "check": { "pidFile": "{{Path(name + ".pid")}}" }, "interval": "100ms"{{more}} }""";

    internal int PidOf(string service) => int.Parse(System.IO.File.ReadAllText(Path(service + ".pid")), CultureInfo.InvariantCulture);

    /// <summary>A call that ends: <c>procman keep …</c>.</summary>
    internal async Task<(int Code, string Out, string Error)> Run(params string[] arguments)
    {
        using Process tool = Process.Start(Start(arguments))!;
        Task<string> error = tool.StandardError.ReadToEndAsync();
        string said = await tool.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync();
        Say($"procman keep {string.Join(' ', arguments)}: exit code {tool.ExitCode}\n{said}{await error}");
        return (tool.ExitCode, said, await error);
    }

    /// <summary>A command for the keeper of this folder.</summary>
    internal Task<(int Code, string Out, string Error)> Ask(params string[] arguments) => Run([.. arguments, "--folder", Folder]);

    /// <summary>A process that stays: its standard error by lines.</summary>
    internal (Process Process, LineLog Log) Begin(params string[] arguments) => Follow(arguments, static p => p.StandardError, static p => p.StandardOutput);

    /// <summary>The same by its standard output.</summary>
    internal (Process Process, LineLog Log) BeginOutput(params string[] arguments) => Follow(arguments, static p => p.StandardOutput, static p => p.StandardError);

    /// <summary>The same as a service of systemd.</summary>
    internal (Process Process, LineLog Log) BeginFor(string notifySocket, params string[] arguments) => Follow(arguments, static p => p.StandardError, static p => p.StandardOutput, notifySocket);

    /// <summary>A keeper in the foreground that has its services.</summary>
    internal async Task<(Process Process, LineLog Log)> Keeper(params string[] more)
    {
        (Process process, LineLog log) = Begin([File, .. more]);
        await log.Find("keeping \\d+ services?; the keeper's files are in");
        return (process, log);
    }

    internal static void Signal(int pid, string signal) => Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();

    internal static async Task<int> EndOf(Process process)
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                Signal(process.Id, "TERM"); // foreground services end with it
                if (!process.WaitForExit(TimeSpan.FromSeconds(20)))
                {
                    process.Kill();
                }
            }

            process.Dispose();
        }

        foreach (string pidFile in Directory.GetFiles(_folder.Path, "*.pid"))
        {
            Signal(int.Parse(System.IO.File.ReadAllText(pidFile), CultureInfo.InvariantCulture), "KILL");
        }

        _folder.Dispose();
    }

    private (Process Process, LineLog Log) Follow(string[] arguments, Func<Process, StreamReader> followed, Func<Process, StreamReader> other, string? notifySocket = null)
    {
        ProcessStartInfo start = Start(arguments);
        start.Environment["NOTIFY_SOCKET"] = notifySocket;
        Process process = Process.Start(start)!;
        _started.Add(process);
        var log = new LineLog();
        _ = other(process).ReadToEndAsync();
        _ = Task.Run(async () =>
        {
            while (await followed(process).ReadLineAsync() is { } line)
            {
                log.Add(line);
                Say(line);
            }

            log.End();
        });
        return (process, log);
    }

    private ProcessStartInfo Start(string[] arguments)
    {
        // A shell that runs the tests in the background has INT and QUIT ignored, which every child would inherit.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT,HUP,TERM,CHLD", .. Wrapper, Repository.Procman, "keep", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _folder.Path };
        start.Environment["XDG_STATE_HOME"] = _folder.Path;
        start.Environment.Remove("NOTIFY_SOCKET");
        return start;
    }

    // A line may come after the end of its test.
    private void Say(string line)
    {
        try
        {
            output.WriteLine(line);
        }
        catch (InvalidOperationException)
        {
        }
    }
}
