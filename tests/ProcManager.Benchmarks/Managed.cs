using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace ProcManager.Benchmarks;

/// <summary>HelloWorkers as a process, and a client for it.</summary>
internal sealed class Managed : IAsyncDisposable
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /pid HTTP/1.1\r\nHost: bench\r\n\r\n");

    private readonly Process _process;
    private readonly List<(string Line, long At)> _lines = [];
    private readonly SemaphoreSlim _more = new(0);

    private Managed(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Pid => _process.Id;

    internal IPEndPoint Address { get; private set; } = null!;

    internal static async Task<Managed> Start(int workers, params string[] more)
    {
        Managed managed = Launch([$"--ProcessManager:ProcessCount={workers}", "--ProcessManager:CrashLimit=1000000", "--ProcessManager:StartTimeout=00:05:00", .. more]);
        managed.Address = IPEndPoint.Parse((await managed.Find(@"http://([\d.:]+)/")).Match.Groups[1].Value);
        if (workers > 0)
        {
            await managed.Find(@"all \d+ workers are ready");
        }

        return managed;
    }

    /// <summary>The line and the moment at which it was read.</summary>
    internal async Task<(Match Match, long At)> Find(string pattern, int from = 0)
    {
        for (int i = from; ; i++)
        {
            while (Count <= i)
            {
                if (!await _more.WaitAsync(TimeSpan.FromMinutes(2)))
                {
                    throw new TimeoutException($"No line like {pattern}.");
                }
            }

            (string line, long at) = Line(i);
            if (Regex.Match(line, pattern) is { Success: true } match)
            {
                return (match, at);
            }
        }
    }

    internal int Count
    {
        get
        {
            lock (_lines)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>One request over a new connection.</summary>
    internal void Ask()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(Address);
        socket.Send(Request);
        Span<byte> buffer = stackalloc byte[1024];
        int total = 0;
        int read;
        while ((read = socket.Receive(buffer[total..])) > 0)
        {
            total += read;
        }

        if (!buffer[..total].StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException($"A request was not answered: {Encoding.ASCII.GetString(buffer[..total])}");
        }
    }

    internal void Signal(int signal) => _ = Proc.kill(Pid, signal);

    internal async Task<TimeSpan> Stop()
    {
        var clock = Stopwatch.StartNew();
        Signal(15);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return clock.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Stop();
        }

        _process.Dispose();
    }

    private static Managed Launch(string[] switches)
    {
        string folder = typeof(Managed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static a => a.Key == "HelloWorkersPath").Value!;
        var start = new ProcessStartInfo(Path.Combine(folder, "HelloWorkers"), ["--port", "0", .. switches]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return new Managed(Process.Start(start)!);
    }

    private (string Line, long At) Line(int i)
    {
        lock (_lines)
        {
            return _lines[i];
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add((line, Stopwatch.GetTimestamp()));
            }

            _more.Release();
        }
    }
}
