using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>
/// A pool in bad weather. A test starts it, makes the weather, and calls <see cref="Holds"/>, which asserts what must hold whatever the
/// world does: other clients are served, TERM ends the pool in time, nothing of it is left, and the log names the cause.
/// </summary>
internal sealed class WeatherPool : IAsyncDisposable
{
    /// <summary>Given to <see cref="Holds"/> as the cause: the weather is none of the pool's business, and no worker ends for it.</summary>
    internal const string Nothing = "";

    /// <summary>How long a request may take that a worker is in when TERM comes.</summary>
    internal static readonly TimeSpan DieTimeout = TimeSpan.FromSeconds(5);

    private const string Trouble = "is killed \\(|ended with|is hung|crash loop|failed|cannot|did not run";
    private readonly ITestOutputHelper _output;
    private Others _others = null!;
    private OpenDescriptors _before = null!;

    private WeatherPool(ITestOutputHelper output, TempFolder folder, Managed managed) =>
        (_output, Folder, Managed) = (output, folder, managed);

    /// <summary>The only folder that the pool may write to. What is left in it at the end fails the test.</summary>
    internal TempFolder Folder { get; }

    internal Managed Managed { get; }

    internal Client Client => Managed.Client;

    internal LineLog Log => Pipe?.Log ?? Managed.Log;

    /// <summary>Set when standard error is a pipe of the test's own.</summary>
    internal LogPipe? Pipe { get; private init; }

    /// <summary>The test worker with two workers, other clients that ask all the time, and these switches.</summary>
    internal static Task<WeatherPool> Start(ITestOutputHelper output, params string[] switches) => Start(output, new Launch { Arguments = switches });

    internal static async Task<WeatherPool> Start(ITestOutputHelper output, Launch launch, TempFolder? folder = null)
    {
        WeatherPool pool = Launch(output, launch, folder);
        try
        {
            await pool.Ready();
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="Start(ITestOutputHelper, string[])"/>, for a program that may not become ready.</summary>
    internal static WeatherPool Launch(ITestOutputHelper output, Launch launch, TempFolder? folder = null, bool pipe = false)
    {
        folder ??= new TempFolder();
        string temp = Directory.CreateDirectory(folder.File("tmp"), (UnixFileMode)0x1FF).FullName;
        File.SetUnixFileMode(temp, (UnixFileMode)0x1FF); // some pools run as an ordinary user
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1FF);
        launch.Environment.TryAdd("TMPDIR", temp);
        string[] arguments = [.. Usual(folder).Where(u => !launch.Arguments.Any(a => a.StartsWith(u[..u.IndexOf('=')], StringComparison.Ordinal))), .. launch.Arguments];
        if (launch.Arguments.Any(static a => a.StartsWith("--port=", StringComparison.Ordinal)))
        {
            arguments = [.. arguments.Where(static a => !a.StartsWith("--socket=", StringComparison.Ordinal))];
        }

        LogPipe? log = pipe ? new LogPipe(folder) : null;
        Managed managed = Managed.Launch(output, launch with { Arguments = Managed.Hasty(arguments), Wrapper = [.. launch.Wrapper, .. log?.Wrapper ?? []] });
        log?.Read(managed.Log);
        return new WeatherPool(output, folder, managed) { Pipe = log };
    }

    /// <summary>Waits until all workers are ready, and lets the other clients begin.</summary>
    internal async Task Ready()
    {
        await Managed.Ready();
        await Begin();
    }

    /// <summary>As <see cref="Ready"/>, for a pool whose log is not to be seen.</summary>
    internal async Task ReadyUnheard()
    {
        Managed.Unheard(Folder.File("app.sock"));
        await Until.True(() => File.Exists(Folder.File("app.sock")) && Managed.Workers.Count == 2, "two workers and the socket");
        await Begin();
    }

    private async Task Begin()
    {
        (await Client.Get("/")).Should().StartWith("Hello");
        _before = OpenDescriptors.Of(Managed.Pid);
        _others = new Others(Client);
    }

    /// <summary>Waits until the other clients have had as many answers more: whatever the weather is, the pool serves in it.</summary>
    internal Task OthersAreServed(int answers = 20) => _others.Answers(answers);

    /// <summary>The four assertions. <paramref name="lost"/>: requests of others that workers which were killed had in hand.</summary>
    internal async Task Holds(string cause, int lost = 0, int exitCode = 0)
    {
        await OthersAreServed();
        await EndOthers(lost);
        if (cause == Nothing)
        {
            Log.Lines.Should().NotContain(l => Regex.IsMatch(l, $@"(?:manager|worker \d+) \(pid \d+\): .*(?:{Trouble})"), "the weather is none of the pool's business");
        }

        await _before.NothingMore(Managed.Pid);
        await Stops(exitCode);
        await Log.Find(cause);
    }

    /// <summary>Reloads, and waits for its end by the scoreboard: not every log can be read.</summary>
    internal async Task Reload(int generation)
    {
        Managed.Signal(Native.Hup);
        await Until.True(async () => Regex.IsMatch(await Managed.Snapshot(), $"generation {generation} starts .* reload Succeeded"), $"the reload to generation {generation} is done", 60);
    }

    internal Task EndOthers(int lost = 0) => _others.End(lost);

    /// <summary>TERM ends it in time, and nothing is left.</summary>
    internal async Task Stops(int exitCode = 0)
    {
        var watch = Stopwatch.StartNew();
        Native.Send(Managed.Pid, Native.Term);
        (await Managed.Exit(60)).Should().Be(exitCode);
        watch.Elapsed.Should().BeLessThan(DieTimeout + TimeSpan.FromSeconds(5), "TERM ends it in time");
        await NothingIsLeft();
    }

    internal async Task NothingIsLeft()
    {
        await Managed.NobodyLeft();
        Leftovers().Should().BeEmpty("nothing is left in {0}", Folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        _others?.Stop();
        try
        {
            await Managed.DisposeAsync();
        }
        finally
        {
            Pipe?.Dispose();
            Folder.Dispose();
            if (_others is not null)
            {
                _output.WriteLine(_others.ToString());
            }
        }
    }

    private static IEnumerable<string> Usual(TempFolder folder) =>
    [
        "--ProcessManager:ProcessCount=2", $"--ProcessManager:DieTimeout={DieTimeout}", $"--ProcessManager:PidFile={folder.File("app.pid")}", $"--socket={folder.File("app.sock")}",
    ];

    private string[] Leftovers() =>
    [
        .. Directory.GetFileSystemEntries(Folder.File("tmp")),
        .. Directory.GetFileSystemEntries(Folder.Path).Where(static f => Path.GetFileName(f).StartsWith("app.", StringComparison.Ordinal)),
    ];
}
