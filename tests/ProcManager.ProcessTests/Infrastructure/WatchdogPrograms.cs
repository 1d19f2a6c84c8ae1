using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Runs <c>procman watchdog</c> with a folder as the user's private one. All that it started ends with it.</summary>
internal sealed class WatchdogPrograms(ITestOutputHelper output, TempFolder folder) : IDisposable
{
    private readonly List<Process> _started = [];
    private int _background;

    internal Process Last => _started[^1];

    /// <summary>A watchdog in the foreground, by its lines.</summary>
    internal LineLog Watch(params string[] arguments)
    {
        Process process = Run(arguments);
        var log = new LineLog();
        _ = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync() is { } line)
            {
                log.Add(line);
                Write(line);
            }

            log.End();
        });
        return log;
    }

    // A line may come after the end of its test.
    private void Write(string line)
    {
        try
        {
            output.WriteLine(line);
        }
        catch (InvalidOperationException)
        {
        }
    }

    /// <summary>A call that ends.</summary>
    internal async Task<(int Code, string Out, string Error)> Call(string verb, params string[] arguments)
    {
        Process tool = Run([verb, .. arguments]);
        Task<string> error = tool.StandardError.ReadToEndAsync();
        string said = await tool.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync();
        return (tool.ExitCode, said, await error);
    }

    internal Process Run(string[] arguments)
    {
        var start = new ProcessStartInfo(Places.Procman, ["watchdog", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_RUNTIME_DIR"] = folder.Path;
        Process process = Process.Start(start)!;
        _started.Add(process);
        return process;
    }

    /// <summary>The pid of a watchdog that <c>start</c> or <c>restart</c> has started.</summary>
    internal async Task<int> StartInBackground(string verb, string[] arguments, string before = "")
    {
        (int code, string said, string error) = await Call(verb, arguments);
        code.Should().Be(0, error);
        said.Should().MatchRegex($@"^{Regex.Escape(before)}The watchdog of shop runs \(pid \d+\); its log is {folder.File("watchdog.log")}\.\n$");
        return _background = int.Parse(Regex.Match(said, @"runs \(pid (\d+)\)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (_background > 0 && Native.ReadOrEmpty($"/proc/{_background}/cmdline").Contains("watchdog", StringComparison.Ordinal))
        {
            Native.TrySend(_background, Native.Kill);
        }

        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }
    }
}
