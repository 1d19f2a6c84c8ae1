using System.Globalization;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace ProcManager.TestWorker;

/// <summary>What the tests want of the manager's process: its events as lines, commands on standard input, children of its own.</summary>
internal static class ManagerSide
{
    /// <summary>The program's first listener.</summary>
    internal static System.Net.Sockets.Socket? Listener { get; set; }

    internal static void Begin(ProcessManager manager, IConfiguration configuration)
    {
        if (configuration["adopt-before"] is { } command)
        {
            Adopted.Before(manager, command.Split(' '));
        }

        if (configuration["events"] == "yes")
        {
            Print(manager);
        }

        if (configuration["commands"] == "yes")
        {
            new Thread(() => Obey(manager)) { IsBackground = true }.Start();
        }

        if (configuration["read-terminal"] == "yes")
        {
            manager.PoolReady += (_, _) => new Thread(ReadTerminal) { IsBackground = true }.Start();
        }

        if (int.TryParse(configuration["host-children"], out int count))
        {
            new Thread(() => RunChildren(count)) { IsBackground = true }.Start();
        }

        if (configuration["title-later"] is { } title)
        {
            manager.PoolReady += (_, _) => manager.ChangeProcessName(title);
        }

        if (configuration["faulty-hung"] == "yes")
        {
            manager.WorkerHung += (_, e) =>
            {
                string stat = File.ReadAllText($"/proc/{e.ProcessId}/stat");
                Console.WriteLine($"hung worker is in state {stat[stat.LastIndexOf(')') + 2]}, told {IsTold(e.Slot)}");
                throw new InvalidOperationException("a faulty handler");
            };
        }

        bool IsTold(int slot) => manager.Scoreboard.Snapshot().Slots.Single(s => s.Slot == slot).State is 'd' or 'e';
        if (configuration["exited-waits"] is { } file)
        {
            manager.WorkerExited += (_, _) =>
            {
                while (!File.Exists(file))
                {
                    Thread.Sleep(5);
                }
            };
        }

        if (int.TryParse(configuration["exited-takes"], out int milliseconds))
        {
            manager.WorkerExited += (_, e) =>
            {
                Console.WriteLine($"handler of {e.Exit.ProcessId} begins after {manager.Scoreboard.Snapshot().Starts} starts");
                Thread.Sleep(milliseconds);
            };
        }

        if (configuration["faulty-handler"] == "yes")
        {
            manager.WorkerExited += (_, _) => throw new InvalidOperationException("a faulty handler");
        }
    }

    private static void ReadTerminal()
    {
        try
        {
            Console.WriteLine($"reading ended with {Console.OpenStandardInput().ReadByte()}");
        }
        catch (IOException e)
        {
            Console.WriteLine($"reading ended with {e.Message}");
        }
    }

    private static void Print(ProcessManager manager)
    {
        manager.WorkerStarted += (_, e) => Console.WriteLine($"event started {e.Slot} {e.ProcessId} {e.Generation}");
        manager.WorkerReady += (_, e) => Console.WriteLine($"event ready {e.Slot} {e.ProcessId}");
        manager.WorkerExited += (_, e) => Console.WriteLine(
            $"event exited {e.Exit.Slot} {e.Exit.ProcessId} cause={e.Exit.Cause} code={e.Exit.ExitCode} signal={e.Exit.Signal} core={e.Exit.CoreDumped} cpu={(e.Exit.UserTime + e.Exit.SystemTime).TotalMilliseconds:0} peak={e.Exit.PeakMemory} requests={e.Exit.Requests}");
        manager.PoolReady += (_, _) => Console.WriteLine("event pool ready");
        manager.ReloadFinished += (_, e) => Console.WriteLine($"event reload {e.Outcome} {e.Generation} {e.Reason}");
        manager.Started += (_, _) => Console.WriteLine("event managing");
        manager.WorkerHung += (_, e) => Console.WriteLine($"event hung {e.Slot} {e.ProcessId} {e.Kind} {e.Age.TotalMilliseconds:0} {e.Request}{e.Client}");
        manager.AcceptPaused += (_, _) => Console.WriteLine("event paused");
        manager.AcceptResumed += (_, _) => Console.WriteLine("event resumed");
        manager.ShuttingDown += (_, _) => Console.WriteLine("event shutting down");
    }

    private static void Obey(ProcessManager manager)
    {
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "reload":
                    manager.Reload();
                    break;
                case "options":
                    Console.WriteLine($"options {OptionsOf(manager)}");
                    break;
                case "peek":
                    Console.Write(string.Concat(manager.Peek().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => $"peek: {l}\n")));
                    break;
                case "stop":
                    manager.Stop();
                    break;
                case "shutdown":
                    manager.Shutdown();
                    break;
                case "adopt": // adopt PROGRAM ARGUMENTS…
                    Adopted.Start(manager, words[1..]);
                    break;
                case "adopt-process":
                    Adopted.StartProcess(manager, words[1..]);
                    break;
                case "adopt-pid":
                    Console.WriteLine(Describe(() => manager.Adopt(int.Parse(words[1]))));
                    break;
                case "reuse": // a process with a number that a worker had; takes a pid namespace
                    Bystander.Start(int.Parse(words[1]));
                    break;
                case "wait-any": // a host that breaks the rule: it takes the status of a child that is not its own
                    Adopted.WaitAny();
                    break;
                case "scale":
                    manager.Scale(int.Parse(words[1]));
                    break;
                case "states":
                    Console.WriteLine($"states [{manager.Scoreboard.Snapshot().States}]");
                    break;
                case "ends":
                    ScoreboardSnapshot snapshot = manager.Scoreboard.Snapshot();
                    Console.WriteLine($"ends {snapshot.Ends} crashes {snapshot.Crashes} reload {snapshot.Reload} [{snapshot.ReloadReason}] last {(snapshot.LastEnds.Count > 0 ? snapshot.LastEnds[0].Exit : null)}");
                    break;
                case "dispose-factory":
                    HostFactory.Current!.Dispose();
                    Console.WriteLine("factory disposed");
                    break;
                case "totals":
                    TotalsWatch.Obey(manager, words[1]);
                    break;
                case "manage":
                    Console.WriteLine(Describe(() => manager.Manage()));
                    break;
                case "dispatch": // of what cannot be handed over
                    Console.WriteLine(Describe(() => Dispatching.Misuse(manager, words[1])));
                    break;
                case "shut": // a host that does with its listener what it must not
                    Listener!.Shutdown(System.Net.Sockets.SocketShutdown.Both);
                    break;
                case "listen":
                    Console.WriteLine(Describe(() => manager.Listen("late", new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0))));
                    break;
                default:
                    Console.WriteLine($"unknown command {line}");
                    break;
            }
        }
    }

    private static string Describe(Action action)
    {
        try
        {
            action();
            return "no exception";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    internal static string OptionsOf(ProcessManager manager) =>
        string.Concat(typeof(ProcessManagerOptions).GetProperties().Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}={p.GetValue(manager.Options)};")));

    // A host's own children must keep their exit codes while the manager reaps its workers.
    private static void RunChildren(int count)
    {
        int wrong = 0;
        for (int i = 0; i < count; i++)
        {
            using Process child = Process.Start("/bin/sh", ["-c", $"exit {i % 100}"]);
            child.WaitForExit();
            wrong += child.ExitCode == i % 100 ? 0 : 1;
        }

        Console.WriteLine($"host children {count} wrong {wrong}");
    }
}
