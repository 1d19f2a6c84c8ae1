using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>
/// A real program with a manager in it. Disposing stops it (TERM, ten seconds, KILL) and fails the test when any process that came
/// of it is left. What it wrote goes to the test's output, which is shown when the test fails.
/// </summary>
internal sealed class Managed : IAsyncDisposable
{
    internal const string Mark = "PROCMANAGER_TEST_RUN";
    private const string FirstWorkersReady = @"all \d+ workers are ready|ready: (?:1 worker|a worker is started when)";

    private readonly Process _process;
    private readonly ITestOutputHelper _output;
    private readonly string _mark;
    private Task _pump = Task.CompletedTask;

    private Managed(Process process, ITestOutputHelper output, string mark)
    {
        _process = process;
        _output = output;
        _mark = mark;
    }

    internal LineLog Log { get; } = new();

    /// <summary>The process that was started: the manager, or what wraps it.</summary>
    internal int StartedPid => _process.Id;

    /// <summary>The manager's, by its own first line; known after <see cref="Ready"/>.</summary>
    internal int Pid { get; private set; }

    internal Client Client { get; private set; } = null!;

    internal IReadOnlyList<int> Workers => Native.Children(Pid);

    /// <summary>TestWorker with these switches; ready when all first workers are.</summary>
    internal static async Task<Managed> Start(ITestOutputHelper output, params string[] switches)
    {
        Managed managed = Launch(output, new Launch { Arguments = switches });
        await managed.Ready();
        return managed;
    }

    internal static Managed Launch(ITestOutputHelper output, Launch launch)
    {
        string mark = Guid.NewGuid().ToString("N");

        // A shell that runs the tests in the background has INT and QUIT ignored, which every child would inherit.
        string[] command = ["env", "--default-signal=INT,QUIT,HUP,TERM,CHLD", .. launch.Wrapper, launch.Program ?? Places.TestWorker, .. launch.Program is null ? Hasty(launch.Arguments) : launch.Arguments];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = launch.Folder ?? Path.GetTempPath(),
        };
        foreach (string argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Mark] = mark;
        foreach ((string name, string? value) in launch.Environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        var managed = new Managed(process, output, $"{Mark}={mark}");
        managed._pump = managed.Pump(process.StandardOutput, process.StandardError);
        return managed;
    }

    /// <summary>The tests use all the processor time there is, and a start at leisure would wait for what they leave.</summary>
    internal static string[] Hasty(string[] arguments) =>
        arguments.Any(static a => a.Contains("StartLeisure", StringComparison.Ordinal) || a.StartsWith("--config=", StringComparison.Ordinal)) ? arguments : [.. arguments, "--ProcessManager:StartLeisure=00:00:00"];

    internal async Task Ready(int seconds = 60)
    {
        await Listening();
        await Log.Find(FirstWorkersReady, seconds: seconds);
    }

    /// <summary>The manager has begun, and all its first workers wait; for programs that do not tell their address.</summary>
    internal async Task Serving(int seconds = 60)
    {
        await Managing();
        await Log.Find(FirstWorkersReady, seconds: seconds);
    }

    private async Task Managing()
    {
        Match manager = await Log.Find(@"manager \(pid (\d+)\): managing");
        Pid = int.Parse(manager.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>As <see cref="Ready"/>, for a program whose standard error the test does not see; takes --events=yes.</summary>
    internal async Task ReadyByEvents()
    {
        Pid = StartedPid;
        await Log.Find("^event pool ready");
        Client = new Client((await Log.Find(@"^listening (.*)$")).Groups[1].Value);
    }

    /// <summary>The manager has begun; its workers may not have.</summary>
    internal async Task Listening()
    {
        await Managing();
        Match address = await Log.Find(@"^(?:listening |http://)(.*?)/?$");
        Client = new Client(address.Groups[1].Value);
    }

    /// <summary>For a program that tells nothing: the manager is the process that was started, and its address is known.</summary>
    internal void Unheard(string address) => (Pid, Client) = (StartedPid, new Client(address));

    internal void Signal(int signal) => Native.Send(Pid > 0 ? Pid : throw new InvalidOperationException("The manager is not known yet; 0 would be all processes of this group."), signal);

    internal void Command(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    internal bool HasExited => _process.HasExited;

    /// <summary>The exit code of the process that was started, when all that it and its workers wrote was read.</summary>
    internal async Task<int> Exit(int seconds = 30)
    {
        await Task.WhenAll(_process.WaitForExitAsync(), _pump).WaitAsync(TimeSpan.FromSeconds(seconds));
        return _process.ExitCode;
    }

    /// <summary>Waits until no process is left of this run.</summary>
    internal async Task NobodyLeft(int seconds = 30)
    {
        long until = Environment.TickCount64 + (seconds * 1000L);
        while (Native.WithEnvironment(_mark) is { Count: > 0 } left)
        {
            if (Environment.TickCount64 > until)
            {
                throw new InvalidOperationException($"Left behind: {string.Join(", ", left.Select(static p => $"{p} ({Native.ReadOrEmpty($"/proc/{p}/cmdline").Replace('\0', ' ').Trim()})"))}");
            }

            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                Native.TrySend(Pid > 0 ? Pid : _process.Id, Native.Term);
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10)).ContinueWith(static _ => { }, TaskScheduler.Default);
            }

            if (!_process.HasExited)
            {
                _process.Kill();
            }

            await NobodyLeft(10);
        }
        finally
        {
            // Only processes that carry this run's mark, looked up at this moment.
            foreach (int pid in Native.WithEnvironment(_mark))
            {
                Native.TrySend(pid, Native.Kill);
            }

            if (Pid == StartedPid)
            {
                Litter.Remove(Log.Lines); // in a pid namespace the numbers mean nothing here
            }

            foreach (string line in Log.Lines)
            {
                _output.WriteLine(line);
            }

            Client?.Dispose();
            _process.Dispose();
        }
    }

    private async Task Pump(params StreamReader[] readers)
    {
        await Task.WhenAll(readers.Select(async reader =>
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                Log.Add(line);
            }
        }));
        Log.End();
    }
}

/// <summary>How a program is started.</summary>
internal sealed record Launch
{
    /// <summary>Null: TestWorker.</summary>
    internal string? Program { get; init; }

    internal string[] Arguments { get; init; } = [];

    /// <summary>A command that ends by running the rest, such as nohup.</summary>
    internal string[] Wrapper { get; init; } = [];

    internal string? Folder { get; init; }

    internal Dictionary<string, string?> Environment { get; init; } = [];
}
