using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>How a worker starts. The file named by --boot-file is read at each start, so that a test can deploy a broken program.</summary>
internal static partial class Boot
{
    /// <summary>What a program that is too big from the start holds.</summary>
    internal static byte[]? Leaked { get; private set; }

    internal static void BeforeManage(IConfiguration configuration, ProcessManager manager)
    {
        if (configuration["leader"] is { } leaders)
        {
            Leaders.Watch(manager, leaders);
        }

        if (configuration["events"] == "yes")
        {
            manager.WorkerBegins += (_, _) => Console.WriteLine($"event begins {manager.Slot} {Environment.ProcessId}");
        }

        Do(configuration["boot-early"]);
        if (manager.Role == ProcessRole.Worker)
        {
            Do(configuration["boot-early-in-worker"]);
        }
    }

    internal static void AfterManage(IConfiguration configuration, ProcessManager manager)
    {
        if (manager.Role != ProcessRole.Worker)
        {
            return;
        }

        if (configuration["worker-user"] is { } user)
        {
            uint number = uint.Parse(user, CultureInfo.InvariantCulture);
            Console.WriteLine($"user {number}: {setresuid(number, number, number)}");
        }

        string? file = configuration["boot-file"];
        string? boot = Deployed.BootOf(manager.Slot, file is not null && File.Exists(file) ? File.ReadAllText(file).Trim() : configuration["boot"]);
        Do(boot);
        if (boot == "leave")
        {
            manager.Leave();
        }
        else if (boot?.StartsWith("leave-soon ", StringComparison.Ordinal) == true)
        {
            // As a host does whose background service has failed.
            new Thread(() =>
            {
                Thread.Sleep(int.Parse(boot.Split(' ')[1]));
                manager.Leave();
            }).Start();
        }

        if (configuration["soft"] is { } soft)
        {
            manager.SoftTimeout += (_, e) =>
            {
                Console.WriteLine($"soft timeout in {manager.Slot} {e.Request}");
                if (int.TryParse(soft, out int milliseconds))
                {
                    e.Extend(TimeSpan.FromMilliseconds(milliseconds));
                }
            };
        }

        if (configuration["ignore-term"] == "yes")
        {
            IgnoreTerm();
        }
    }

    [LibraryImport("libc")]
    private static partial int setresuid(uint real, uint effective, uint saved);

    private static void Do(string? what)
    {
        string[] words = (what ?? "").Split(' ');
        switch (words[0])
        {
            case "exit":
                Environment.Exit(int.Parse(words[1]));
                break;
            case "abort":
                Environment.FailFast("asked to fail at start");
                break;
            case "hang":
                Console.WriteLine("hanging at start");
                Thread.Sleep(Timeout.Infinite);
                break;
            case "wait": // until the file is there, then the rest
                while (!File.Exists(words[1]))
                {
                    Thread.Sleep(5);
                }

                Do(string.Join(' ', words[2..]));
                break;
            case "child": // starts a process, and waits until the file is there
                var child = System.Diagnostics.Process.Start("sleep", "600");
                Console.WriteLine($"child {child.Id}");
                AppDomain.CurrentDomain.ProcessExit += (_, _) => child.Kill();

                while (!File.Exists(words[1]))
                {
                    Thread.Sleep(5);
                }

                break;
            case "slow":
                Thread.Sleep(int.Parse(words[1]));
                break;
            case "starve":
                Starve();
                break;
            case "leak":
                Leaked = GC.AllocateUninitializedArray<byte>(int.Parse(words[1]) << 20, pinned: true);
                Array.Fill(Leaked, (byte)1);
                break;
            case "bind": // a port of its own, as a program does that does not use Listen
                new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, int.Parse(words[1])).Start();
                break;
            case "die-soon": // becomes ready, then dies
                new Thread(() =>
                {
                    Thread.Sleep(int.Parse(words[1]));
                    Environment.Exit(7);
                }).Start();
                break;
            default:
                break;
        }
    }

    internal static void Starve()
    {
        for (int i = 0; i < 400; i++)
        {
            ThreadPool.QueueUserWorkItem(static _ => Thread.Sleep(30_000));
        }
    }

    // A worker that neither hears TERM nor leaves: what a stuck one looks like from outside.
    private static void IgnoreTerm()
    {
        Console.WriteLine("ignoring");
        Thread.Sleep(Timeout.Infinite);
    }
}
