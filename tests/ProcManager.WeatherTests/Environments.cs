using System.Net.Sockets;
using System.Text;
using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Started by something that speaks to one process through the environment. It is the manager that is meant, and no worker and no child of a worker.</summary>
public partial class Environments(ITestOutputHelper output)
{
    private static readonly string[] Quick = ["--ProcessManager:CanaryTime=00:00:00.050"];

    [Fact]
    public async Task By_dotnet_trace()
    {
        var folder = new TempFolder();
        using var tool = new DiagnosticTool(folder);
        await using WeatherPool pool = WeatherPool.Launch(output, new Launch { Environment = { ["DOTNET_DiagnosticPorts"] = tool.Ports }, Arguments = Quick }, folder);
        Task resumed = tool.ResumeTheFirst();
        await pool.Ready();
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        tool.Seen.Should().BeLessThanOrEqualTo(2, "the manager connects again when its first connection was used, and no worker comes");
        await Lacks(pool, "DOTNET_DiagnosticPorts");
        await pool.Holds(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
    }

#if !NATIVE_AOT // which has no startup hooks
    /// <summary>As dotnet watch starts a program, beside a tool for telemetry that is meant for every process. Both hooks are the test worker, which has the class that the runtime looks for.</summary>
    [Fact]
    public async Task By_a_watcher()
    {
        string telemetry = Path.Combine(Places.TestWorkerFolder, "ProcManager.TestWorker.dll");
        var folder = new TempFolder();
        string watcher = folder.File("Microsoft.Extensions.DotNetDeltaApplier.dll");
        File.Copy(telemetry, watcher);
        await using WeatherPool pool = await WeatherPool.Start(
            output,
            new Launch
            {
                Environment =
                {
                    ["DOTNET_WATCH"] = "1",
                    ["DOTNET_WATCH_ITERATION"] = "1",
                    ["DOTNET_MODIFIABLE_ASSEMBLIES"] = "debug",
                    ["DOTNET_STARTUP_HOOKS"] = $"{telemetry}:{watcher}",
                    ["DOTNET_HOTRELOAD_NAMEDPIPE_NAME"] = "none",
                },
                Arguments = Quick,
            },
            folder);
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        await Lacks(pool, "DOTNET_WATCH", "DOTNET_WATCH_ITERATION", "DOTNET_MODIFIABLE_ASSEMBLIES", "DOTNET_HOTRELOAD_NAMEDPIPE_NAME");
        $"{await pool.Client.Get("/env")}\n".Should().Contain($"\nDOTNET_STARTUP_HOOKS={telemetry}\n", "the watcher's hook is for one process, the other one for all");
        await pool.Holds(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
    }
#endif

    [Fact]
    public async Task By_systemd()
    {
        var folder = new TempFolder();
        using var notified = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notified.Bind(new UnixDomainSocketEndPoint(folder.File("notify.sock")));
        await using WeatherPool pool = await WeatherPool.Start(
            output,
            new Launch
            {
                Environment =
                {
                    ["NOTIFY_SOCKET"] = folder.File("notify.sock"),
                    ["WATCHDOG_USEC"] = "500000",
                    ["WATCHDOG_PID"] = "1",
                    ["LISTEN_PID"] = "1",
                    ["LISTEN_FDS"] = "1",
                    ["LISTEN_FDNAMES"] = "http",
                    ["INVOCATION_ID"] = "0123456789abcdef0123456789abcdef",
                },
                Arguments = Quick,
            },
            folder);
        await pool.Reload(2);
        await Lacks(pool, "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES");
        (await pool.Client.Get("/env")).Should().Contain("INVOCATION_ID=", "this one is for all processes of a service");
        await pool.Holds("reload to generation 2 succeeded");
    }

    /// <summary>A shell that started us in the background, nohup, and a supervisor that ignores what its children do.</summary>
    [Fact]
    public async Task With_every_signal_ignored()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Wrapper = ["env", "--ignore-signal=INT,QUIT,HUP,TERM,CHLD,USR1,USR2,PIPE,TTIN,TTOU"], Arguments = Quick });
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        await pool.Holds("came in ignored and got the default action back");
    }

    private static async Task Lacks(WeatherPool pool, params string[] names)
    {
        string ofTheChild = await pool.Client.Get("/grandchild");
        string ofTheWorker = await pool.Client.Get("/env");
        string ofTheKernel = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pool.Managed.Workers[0]}/environ"));
        names.Where(n => $"\n{ofTheWorker}".Contains($"\n{n}=", StringComparison.Ordinal)).Should().BeEmpty("a worker has none of them");
        names.Where(n => $"\n{ofTheChild}".Contains($"\n{n}=", StringComparison.Ordinal)).Should().BeEmpty("no child of a worker has one of them");
        names.Where(n => $"\0{ofTheKernel}".Contains($"\0{n}=", StringComparison.Ordinal)).Should().BeEmpty("no worker was started with one of them");
    }
}
