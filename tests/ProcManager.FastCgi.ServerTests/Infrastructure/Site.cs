using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>
/// A web server and the program behind it, for the tests of one class. Disposing stops both and fails when a process of either is
/// left.
/// </summary>
public abstract class Site : IAsyncLifetime, ITestOutputHelper
{
    private readonly StringBuilder _written = new();
    private readonly List<Managed> _running = [];
    private readonly List<IDisposable> _others = [];
    private string? _mark;

    /// <summary>The path of a file in the folder of this site, which every user may read.</summary>
    internal string File(string name) => Path.Combine(Folder, name);

    internal string Folder { get; } = Directory.CreateTempSubdirectory("procmanager-site-").FullName;

    /// <summary>Where the web server listens; asks without a second try.</summary>
    internal HttpSite Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        System.IO.File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        try
        {
            Http = new HttpSite(await Start());
        }
        catch
        {
            await DisposeAsync();
            throw new InvalidOperationException($"The site did not start:\n{Log}");
        }
    }

    /// <summary>Starts the program and the web server, and tells the port.</summary>
    protected abstract Task<int> Start();

    /// <summary>What will be stopped with the site, the last one first.</summary>
    internal Managed Keep(Managed running)
    {
        _running.Add(running);
        return running;
    }

    internal T KeepToo<T>(T other)
        where T : IDisposable
    {
        _others.Add(other);
        return other;
    }

    /// <summary>What the environment of programs says that are started by a web server which cleans it.</summary>
    internal void Mark(string entry) => _mark = entry;

    /// <summary>The programs that carry <see cref="Mark"/>.</summary>
    internal IReadOnlyList<int> Marked => _mark is null ? [] : Native.WithEnvironment(_mark);

    /// <summary>A web server, in the foreground; here when the port is open.</summary>
    internal async Task<Managed> StartServer(int port, string program, params string[] arguments)
    {
        Managed server = Keep(Managed.Launch(this, new Launch { Program = program, Arguments = arguments, Folder = Folder }));
        await Ports.Open(port, server);
        return server;
    }

    /// <summary>How many workers the tests have crashed on purpose; null: more than one knows.</summary>
    internal int? ExpectedCrashes { get; set; } = 0;

    public async Task DisposeAsync()
    {
        Http?.Dispose();
        List<int> workers = [.. _running.SelectMany(static r => Native.Children(r.StartedPid))];
        foreach (Managed running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        // nginx writes its title over the environment of its workers, so their mark cannot be seen.
        try
        {
            await Until.True(() => !workers.Exists(Native.IsAlive) && Marked.Count == 0, "the web server's own workers and programs are gone", 10);
        }
        finally
        {
            foreach (int pid in Marked)
            {
                Native.TrySend(pid, Native.Kill);
            }
        }

        _others.ForEach(static o => o.Dispose());
        Directory.Delete(Folder, recursive: true);
        if (ExpectedCrashes is { } expected)
        {
            Regex.Count(Log, @"ended with SIG(?!TERM)").Should().Be(expected, "no worker ends but by an order:\n{0}", Log);
        }
    }

    internal string Log
    {
        get
        {
            var text = new StringBuilder();
            foreach (Managed running in _running)
            {
                text.AppendJoin('\n', running.Log.Lines).Append('\n');
            }

            return text.ToString();
        }
    }

    void ITestOutputHelper.WriteLine(string message) => _written.AppendLine(message);

    void ITestOutputHelper.WriteLine(string format, params object[] args) => _written.AppendLine(format);
}
