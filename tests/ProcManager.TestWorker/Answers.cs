using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ProcManager.TestWorker;

/// <summary>What each path answers or does.</summary>
internal sealed partial class Answers(ProcessManager manager, string[] args)
{
    private readonly Random _random = new();

    /// <summary>The name of the listener that the connection has come to.</summary>
    internal string? Listener { get; init; }

    internal string Answer(string target, out string status, RequestScope? scope = null)
    {
        string[] parts = target.Split('?', 2);
        string value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1][(parts[1].IndexOf('=') + 1)..]) : "";
        status = "200 OK";
        switch (parts[0])
        {
            case "/":
                return $"Hello from worker {manager.Slot}, pid {Environment.ProcessId}\n";
            case "/pid":
                return $"{Environment.ProcessId}";
            case "/sleep":
                Thread.Sleep(int.Parse(value, CultureInfo.InvariantCulture));
                return $"slept {value}";
            case "/leak-and-wait":
                _ = Misbehave("/leak", "200", null);
                goto case "/wait";
            case "/wait": // until the file is there; says by another one that it waits
                File.WriteAllText(value + ".begun", $"{Environment.ProcessId}");
                while (!File.Exists(value))
                {
                    Thread.Sleep(5);
                }

                return "waited";
            case "/late": // as /wait, then it needs an assembly that nothing has needed so far
                _ = Answer($"/wait?file={value}", out _);
                return System.Xml.Linq.XElement.Parse("<loaded/>").Name.LocalName;
            case "/crash":
                Environment.FailFast("asked to crash");
                return "";
            case "/exit":
                Environment.Exit(int.Parse(value, CultureInfo.InvariantCulture));
                return "";
            case "/leave":
                manager.Leave();
                return "leaving";
            case "/leader":
                return manager.IsLeader ? "leads" : "does not lead";
            case "/args":
                return string.Join('\n', args.Select(static a => $"[{a}]"));
            case "/cwd":
                return Environment.CurrentDirectory;
            case "/chdir":
                Environment.CurrentDirectory = value;
                return "changed";
            case "/listener":
                return $"{Listener}";
            case "/dispatched":
                return $"{manager.Dispatched.Length} {Encoding.UTF8.GetString(manager.Dispatched.Span[..Math.Min(20, manager.Dispatched.Length)])}";
            case "/umask":
                return File.ReadLines("/proc/self/status").First(static l => l.StartsWith("Umask", StringComparison.Ordinal))[6..].Trim();
            case "/status":
                return File.ReadAllText("/proc/self/status");
            case "/come-back":
                return TryToComeBack();
            case "/version":
                return File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "version.txt")).Trim();
            case "/signals":
                return string.Join(',', manager.ReceivedSignals.Where(static s => s.Value > 0).Select(static s => $"{s.Key}={s.Value}"));
            case "/env":
                return Variables();
            case "/random":
                return $"{_random.NextInt64()} {Random.Shared.NextInt64()} {Guid.NewGuid()}";
            case "/title":
                manager.ChangeProcessName(value);
                return "changed";
            case "/states":
                return manager.Scoreboard.Snapshot().States;
            case "/options":
                return ManagerSide.OptionsOf(manager);
            case "/snapshot":
                return Snapshot();
            case "/fds":
                return Descriptors("self");
            case "/grandchild":
                return Run("/bin/sh", ["-c", "ls -l /proc/self/fd; env"]);
            case "/background": // a child that outlives the request
                return Process.Start("/bin/sleep", [value]).Id.ToString(CultureInfo.InvariantCulture);
            case "/pool": // so many threads of the pool at work at once
                return FillPool(int.Parse(value, CultureInfo.InvariantCulture));
            case "/print": // as it stands there, without a line end of its own
                Console.Out.Write(value.Replace("\\n", "\n", StringComparison.Ordinal));
                return "printed";
            case "/print-error":
                Console.Error.Write(value.Replace("\\n", "\n", StringComparison.Ordinal));
                return "printed";
            case "/lines": // COUNT lines of LENGTH characters: /lines?x=COUNT,LENGTH
                int[] numbers = [.. value.Split(',').Select(int.Parse)];
                for (int i = 0; i < numbers[0]; i++)
                {
                    Console.WriteLine($"line {Environment.ProcessId} {i:D6} {new string('x', numbers[1])}");
                }

                return "printed";
            case "/scribble": // nonsense into its own part of the scoreboard: /scribble?x=SLOTS,SIZE,OFFSET,LENGTH,SEED
                Scribble(manager.Slot, [.. value.Split(',').Select(int.Parse)]);
                return "scribbled";
            case "/big": // an answer of this length
                return new string('x', int.Parse(value, CultureInfo.InvariantCulture));
            case "/flood": // so many MiB to standard output, without a line end
                Flooding.Output(int.Parse(value, CultureInfo.InvariantCulture));
                return "flooded";
            case "/flood-lifeline": // nonsense to the manager, without end
                Flooding.Lifeline();
                return "the manager reads no more";
            case "/starve": // every thread of the pool is stuck
                Boot.Starve();
                Thread.Sleep(int.TryParse(value, CultureInfo.InvariantCulture, out int busy) ? busy : 0);
                return "starved";
            case "/stop":
                _ = kill(Environment.ProcessId, 19);
                return "stopped and continued";
            case "/misuse":
                return Misuse();
            default:
                return Misbehave(parts[0], value, scope) ?? NoSuchPath(out status);
        }
    }

    // Random bytes, or numbers at the ends of their range. Seed 0: all fields at the end of theirs, the version even, so that all of it is read.
    private static void Scribble(int slot, int[] numbers)
    {
        var random = new Random(numbers[4]);
        byte[] nonsense = new byte[numbers[3]];
        random.NextBytes(nonsense);
        for (int i = 0; i + sizeof(long) <= nonsense.Length; i += sizeof(long))
        {
            if (numbers[4] == 0)
            {
                BitConverter.TryWriteBytes(nonsense.AsSpan(i), i % 16 == 0 ? long.MaxValue - 1 : int.MaxValue);
            }
            else if (random.Next(3) == 0)
            {
                BitConverter.TryWriteBytes(nonsense.AsSpan(i), ((long[])[long.MaxValue, long.MinValue, -1, 1, int.MaxValue, 0])[random.Next(6)]);
            }
        }

        string board = Directory.GetFiles("/proc/self/fd").First(static f => new FileInfo(f).LinkTarget?.Contains("procmanager-scoreboard", StringComparison.Ordinal) == true);
        using var file = new FileStream(board, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 });
        file.Position = numbers[0] + (slot * numbers[1]) + numbers[2];
        file.Write(nonsense);
    }

    private static string NoSuchPath(out string status)
    {
        status = "404 Not Found";
        return "no such path";
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    private static string Variables()
    {
        var text = new StringBuilder();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            text.Append(CultureInfo.InvariantCulture, $"{variable.Key}={variable.Value}\n");
        }

        return text.ToString();
    }

    private static string Descriptors(string pid) => string.Join(
        '\n',
        Directory.GetFiles($"/proc/{pid}/fd").Select(static f => $"{Path.GetFileName(f)} {new FileInfo(f).LinkTarget}"));

    private static string Run(string program, string[] arguments)
    {
        using Process child = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return output + $"exit {child.ExitCode}";
    }

    private string Misuse()
    {
        try
        {
            manager.PreDispatch();
            return "no exception";
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private string Snapshot()
    {
        ScoreboardSnapshot snapshot = manager.Scoreboard.Snapshot();
        return $"manager {snapshot.ManagerProcessId} target {snapshot.Target} generation {snapshot.Generation} starts {snapshot.Starts} ends {snapshot.Ends} crashes {snapshot.Crashes} requests {snapshot.Requests} reload {snapshot.Reload} [{snapshot.ReloadReason}]\n"
            + string.Concat(snapshot.Slots.Select(static s => $"slot {s.Slot} pid {s.ProcessId} generation {s.Generation} state {s.State} requests {s.Requests} active {s.Active} request {s.Request} client {s.Client}\n"))
            + string.Concat(snapshot.Slots.Select(static s => $"uses {s.Slot} memory {s.Memory} cpu {s.CpuTime.TotalMilliseconds:0} connections {s.Connections}\n"))
            + string.Concat(snapshot.LastEnds.Select(static e => $"end {e.Exit.Slot} {e.Exit.ProcessId} {e.Exit.Cause} {e.Exit.HowItEnded} last {e.LastRequest}\n"));
    }

    private static string FillPool(int threads)
    {
        ThreadPool.SetMinThreads(threads + 1, 1);
        var there = new CountdownEvent(threads); // not disposed: the last ones may still be on their way out of it
        for (int i = 0; i < threads; i++)
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                there.Signal();
                there.Wait();
            });
        }

        there.Wait();
        return "filled";
    }
}
