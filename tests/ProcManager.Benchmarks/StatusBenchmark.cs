using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.Benchmarks;

/// <summary>
/// The status page while all 64 workers hang: how long until the answer is there, on a new connection each time? And what one client that asks once a second costs the manager, beside a pool
/// without a page.
/// </summary>
internal static class StatusBenchmark
{
    private const int Workers = 64;
    private const int Questions = 100;
    private const int Seconds = 30;

    internal static void Run(Table table)
    {
        int port = Programs.FreePort();
        using Running with = Programs.StartManager(Workers, $"StatusPort={port}");
        using Running without = Programs.StartManager(Workers);
        Socket[] hanging = [.. Enumerable.Range(0, Workers).Select(_ => Connect(with.Port))];
        while (!Encoding.UTF8.GetString(Ask(port, "/status.json")).Contains($"\"busy\":{Workers}", StringComparison.Ordinal))
        {
            Thread.Sleep(10);
        }

        foreach (string path in new[] { "/", "/status.json", "/metrics", "/ready" })
        {
            List<double> times = [];
            for (int i = 0; i < Questions; i++)
            {
                Thread.Sleep(20); // a report is looked up anew four times a second
                long begin = Stopwatch.GetTimestamp();
                Ask(port, path);
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            table.AtMost($"{path} while {Workers} of {Workers} workers hang, 99 % of {Questions}", times.Quantile(0.99), 10, "ms");
            table.Note("  median", times.Median(), "ms");
        }

        // Those answers came from few reports. A page is asked for days: after sixty reports their code is compiled for good.
        for (int i = 0; i < 60; i++)
        {
            Ask(port, "/status.json");
            Thread.Sleep(300);
        }

        Thread.Sleep(6_000); // the compiler's background thread goes after 4 s without work
        double cpu = ProcFs.CpuSeconds(with.Pid);
        double idle = ProcFs.CpuSeconds(without.Pid);
        for (int i = 0; i < Seconds; i++)
        {
            Ask(port, "/status.json");
            Thread.Sleep(1000);
        }

        cpu = ProcFs.CpuSeconds(with.Pid) - cpu;
        idle = ProcFs.CpuSeconds(without.Pid) - idle;
        table.AtMost("one client asks for status.json each second: of a CPU", (cpu - idle) / Seconds * 100, 0.2, "%");
        (double Pss, double Uss, double Rss) on = ProcFs.Memory(with.Pid);
        (double Pss, double Uss, double Rss) off = ProcFs.Memory(without.Pid);
        table.NoteTimes("  pages of the manager's own, USS", on.Uss, "without a page", off.Uss, "KiB");
        Array.ForEach(hanging, static s => s.Dispose());
        MeasureMeter(table);
    }

    // What the option Metrics costs each worker: its start, and what it holds when nothing exports.
    private static void MeasureMeter(Table table)
    {
        (double Cpu, double Private) with = OfOneWorker($"{nameof(ProcessManagerOptions.Metrics)}=1");
        (double Cpu, double Private) without = OfOneWorker();
        table.NoteTimes("  processor time of a worker's start with a meter", with.Cpu * 1000, "without", without.Cpu * 1000, "ms");
        table.NoteTimes("  pages of its own, USS", with.Private, "without", without.Private, "KiB");
    }

    private static (double Cpu, double Private) OfOneWorker(params string[] settings)
    {
        using Running manager = Programs.StartManager(16, settings);
        Thread.Sleep(1000);
        int[] workers = [.. ProcFs.Children(manager.Pid)];
        return (workers.Average(ProcFs.CpuSeconds), workers.Average(static w => ProcFs.Memory(w).Private));
    }

    /// <summary>The whole response.</summary>
    private static byte[] Ask(int port, string path)
    {
        using Socket socket = Connect(port);
        socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        using var response = new MemoryStream();
        byte[] buffer = new byte[65536];
        int received;
        while ((received = socket.Receive(buffer)) > 0)
        {
            response.Write(buffer, 0, received);
        }

        return response.Length > 0 ? response.ToArray() : throw new InvalidOperationException($"{path} got no answer.");
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }
}
