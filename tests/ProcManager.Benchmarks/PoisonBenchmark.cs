using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace ProcManager.Benchmarks;

/// <summary>
/// One client asks for what crashes its worker, ten times a second; four others ask for what every worker answers. How many answers do the others get, how many are lost, and
/// what is the longest time without any? The yardstick is gunicorn, in the same run, with the same clients.
/// </summary>
internal static class PoisonBenchmark
{
    private const int Workers = 3;
    private const int Clients = 4;
    private const double Target = 0.9;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Poison = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>What is measured beside gunicorn, and whether the target holds for it.</summary>
    private static readonly (string Name, bool HasTarget, Func<Running> Start)[] Variants =
    [
        ("CoreCLR", false, static () => Programs.StartManager(Workers, "CrashLimit=10")),
        ("CoreCLR, 1 stands by", true, static () => StandingBy(Programs.StartManager(Workers, "CrashLimit=10", "StandbyCount=1"))),
        ("NativeAOT", true, static () => Programs.On(Programs.NativeAot("ProcManager.Benchmarks"), static () => Programs.StartManager(Workers, "CrashLimit=10"))),
    ];

    internal static void Run(Table table)
    {
        Outcome? yardstick = Gunicorn();
        if (yardstick is null)
        {
            table.Missing("others' answers beside a poisonous client", "gunicorn");
        }
        else
        {
            Print(table, "gunicorn", yardstick, null, false);
        }

        foreach ((string name, bool hasTarget, Func<Running> start) in Variants)
        {
            using Running manager = start();
            Print(table, name, Measure(manager.Port), yardstick, hasTarget);
        }
    }

    private static void Print(Table table, string name, Outcome outcome, Outcome? yardstick, bool hasTarget)
    {
        table.AtLeastTimes($"{name}: others' answers in {Time.TotalSeconds:0} s", outcome.Answered, yardstick is null ? "" : "gunicorn", yardstick?.Answered ?? 0, yardstick is null ? 0 : outcome.Answered / (double)yardstick.Answered, yardstick is not null && hasTarget ? Target : null, "");
        if (hasTarget)
        {
            table.AtMost($"  lost beside {outcome.Crashes} crashes", outcome.Lost, 0, "");
        }
        else
        {
            table.Note($"  lost beside {outcome.Crashes} crashes", outcome.Lost, "");
        }

        table.Note("  longest time without an answer", outcome.LongestGap.TotalMilliseconds, "ms");
    }

    private static Outcome Measure(int port)
    {
        long end = Stopwatch.GetTimestamp() + (long)(Time.TotalSeconds * Stopwatch.Frequency);
        var answers = new List<long>[Clients];
        int lost = 0;
        int crashes = 0;
        Thread[] threads =
        [
            .. Enumerable.Range(0, Clients).Select(i => new Thread(() => Interlocked.Add(ref lost, Ask(port, end, answers[i] = [])))),
            new Thread(() => crashes = Crash(port, end)),
        ];
        long begin = Stopwatch.GetTimestamp();
        Array.ForEach(threads, static t => t.Start());
        Array.ForEach(threads, static t => t.Join());
        long[] all = [begin, .. answers.SelectMany(static a => a).Order(), end];
        TimeSpan gap = all.Zip(all.Skip(1), static (a, b) => b > a ? Stopwatch.GetElapsedTime(a, b) : TimeSpan.Zero).Max();
        return new Outcome(answers.Sum(static a => a.Count), lost, crashes, gap);
    }

    private static int Ask(int port, long end, List<long> answers)
    {
        int lost = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            try
            {
                _ = Connection.Ask(port);
                answers.Add(Stopwatch.GetTimestamp());
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                lost++;
            }

            Thread.Sleep(Pause);
        }

        return lost;
    }

    private static int Crash(int port, long end)
    {
        int crashes = 0;
        byte[] buffer = new byte[256];
        for (; Stopwatch.GetTimestamp() < end; Thread.Sleep(Poison))
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
            try
            {
                socket.Connect("127.0.0.1", port);
                socket.Send("GET /crash HTTP/1.1\r\nHost: benchmark\r\n\r\n"u8);
                crashes += socket.Receive(buffer) == 0 ? 1 : 0;
            }
            catch (SocketException)
            {
                crashes++; // its worker reset the connection
            }
        }

        return crashes;
    }

    private static Running StandingBy(Running manager)
    {
        manager.WaitForLines("stands by", 1);
        return manager;
    }

    private static Outcome? Gunicorn()
    {
        if (FastCgi.Tools.Find("gunicorn") is not { } gunicorn)
        {
            return null;
        }

        File.WriteAllText(Path.Combine(Programs.Folder, "poison.py"), """
            import os
            def app(environ, start_response):
                if environ["PATH_INFO"] == "/crash":
                    os.abort()
                body = b"%d\n" % os.getpid()
                start_response("200 OK", [("Content-Length", str(len(body)))])
                return [body]
            """);
        int port = Programs.FreePort();
        using Running running = Programs.StartForeign(gunicorn, "-w", Workers.ToString(CultureInfo.InvariantCulture), "-b", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--pythonpath", Programs.Folder, "poison:app");
        running.WaitForLines("Booting worker", Workers);
        return Measure(port);
    }

    private sealed record Outcome(int Answered, int Lost, int Crashes, TimeSpan LongestGap);
}
