using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProcManager.Benchmarks;

/// <summary>
/// Starts this executable again, as the program under measurement or as a yardstick. Each one carries a mark in its environment
/// and has a temp folder of ours, so that nothing is left when the benchmark ends, however it ends.
/// </summary>
internal static partial class Programs
{
    internal const string Managed = "--managed-program";
    internal const string Empty = "--empty-program";
    internal const string Foreign = "--foreign-program";
    internal const string FastCgi = "--fastcgi-program";
    internal const string Sleeping = "--sleeping-program";
    internal const string Inetd = "--inetd-program";

    private const string MarkVariable = "PROCMANAGER_BENCHMARK";

    private static readonly string Mark = Guid.NewGuid().ToString("N");
    private static readonly Lock Gate = new();
    private static readonly List<Running> Started = [];
    private static string? s_folder;
    private static bool s_stopped;

    /// <summary>A manager whose workers are all ready.</summary>
    internal static Running StartManager(int workers, params string[] settings)
    {
        int port = FreePort();
        Running manager = Start(port, [Managed, port.ToString(CultureInfo.InvariantCulture), workers.ToString(CultureInfo.InvariantCulture), .. settings]);
        manager.WaitForLine(ReadyLine(workers));
        return manager;
    }

    /// <summary>A manager that gives each request a worker of its own; so many stand by.</summary>
    internal static Running StartPerRequest(int most, int standby, params string[] settings)
    {
        int port = FreePort();
        Running manager = Start(port, [Managed, port.ToString(CultureInfo.InvariantCulture), most.ToString(CultureInfo.InvariantCulture), "Sizing=PerRequest", string.Create(CultureInfo.InvariantCulture, $"StandbyCount={standby}"), .. settings]);
        manager.WaitForLine(ReadyLine(standby));
        return manager;
    }

    /// <summary>What a manager says when its first workers are ready.</summary>
    internal static string ReadyLine(int workers) => workers == 1 ? "ready: 1 worker" : $"all {workers} workers are ready";

    /// <summary>The same program without a manager. It may not listen yet.</summary>
    internal static Running StartAlone(int port) => Start(port, Managed, port.ToString(CultureInfo.InvariantCulture), "0");

    internal static Running StartEmpty() => Start(0, Empty);

    /// <summary>Somebody else's program, found by the PATH. Its standard output is ours.</summary>
    internal static Running StartForeign(params string[] command) => Start(0, [Foreign, .. command]);

    /// <summary>The same, for a program that takes its port and a number of workers.</summary>
    internal static Running StartForeign(int port, string program, string script, int workers) =>
        Start(port, Foreign, program, script, port.ToString(CultureInfo.InvariantCulture), workers.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same, for a program that takes its port and other arguments.</summary>
    internal static Running StartForeign(int port, string program, IEnumerable<string> arguments) => Start(port, [Foreign, program, .. arguments]);

    /// <summary>Our FastCGI responder on a unix socket. It may not listen yet.</summary>
    internal static Running StartFastCgi(string socket, int workers, string mode = ProcManager.Benchmarks.FastCgi.FastCgiProgram.Accepts, params string[] settings) =>
        Start(0, [FastCgi, socket, workers.ToString(CultureInfo.InvariantCulture), mode, .. settings]);

    /// <summary>Our FastCGI responder that sleeps, with a pool that grows. It may not listen yet.</summary>
    internal static Running StartSleeping(string socket) => Start(0, Sleeping, socket);

    /// <summary><c>procman keep</c>, the one beside this program or the one that the variable PROCMAN names; the text is its services.json.</summary>
    internal static Running StartKeeper(string definitions)
    {
        string file = Path.Combine(Folder, $"services-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, definitions);
        string program = Environment.GetEnvironmentVariable("PROCMAN") is { Length: > 0 } given ? Path.GetFullPath(given) : Path.Combine(AppContext.BaseDirectory, "procman");
        return Start(0, Foreign, program, "keep", file);
    }

    /// <summary>Removed at the end. Killed .NET programs leave diagnostics sockets in it.</summary>
    internal static string Folder
    {
        get
        {
            lock (Gate)
            {
                return s_folder ??= Directory.CreateTempSubdirectory("procmanager-benchmarks-").FullName;
            }
        }
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Ends all that was started, removes its temp folder and gives back those that did not end by themselves.</summary>
    internal static IReadOnlyList<int> StopAll()
    {
        lock (Gate)
        {
            s_stopped = true;
            Started.ForEach(static p => p.Terminate());
            Started.ForEach(static p => p.Dispose());
            Started.Clear();
            IReadOnlyList<int> left = s_folder is null ? [] : ProcFs.WithEnvironment($"{MarkVariable}={Mark}");
            foreach (int pid in left)
            {
                Native.Send(pid, Native.Kill);
            }

            if (s_folder is not null)
            {
                Directory.Delete(s_folder, recursive: true);
                s_folder = null;
            }

            return left;
        }
    }

    private static Running Start(int port, params string[] arguments)
    {
        lock (Gate)
        {
            if (s_stopped)
            {
                throw new OperationCanceledException("The benchmark is being stopped.");
            }

            var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardError = true };
            start.Environment[MarkVariable] = Mark;
            start.Environment["TMPDIR"] = Folder;
            var running = new Running(Process.Start(start)!, port);
            Started.Add(running);
            return running;
        }
    }
}
