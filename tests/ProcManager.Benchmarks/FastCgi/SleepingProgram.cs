using System.Buffers;
using System.Globalization;
using System.Text;
using ProcManager.FastCgi;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>Begins its answer at once, and then sleeps so many seconds as the path says. The pool grows with those that sleep.</summary>
internal static class SleepingProgram
{
    internal const int Start = 2;
    internal const int MinSpare = 1;
    internal const int MaxSpare = 4;
    internal const int Most = 40;

    internal static int Run(string socket)
    {
        using var manager = new ProcessManager(new ProcessManagerOptions
        {
            Sizing = PoolSizing.Dynamic,
            StartCount = Start,
            MinSpare = MinSpare,
            MaxSpare = MaxSpare,
            MaxCount = Most,
            DieTimeout = TimeSpan.FromSeconds(0.1), // at the end they are still asleep
        });
        using var fastCgi = new FastCgiListener(manager, new FastCgiOptions { SocketPath = socket });
        manager.Manage();
        while (fastCgi.Accept() is { } request)
        {
            _ = request.Parameters.TryGetBytes("REQUEST_URI"u8, out ReadOnlySpan<byte> path);
            int seconds = int.Parse(path[1..], CultureInfo.InvariantCulture);
            request.Stdout.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Type: text/plain\r\n\r\n{Environment.ProcessId}\n")));
            _ = request.Stdout.FlushAsync().AsTask().GetAwaiter().GetResult();
            Thread.Sleep(seconds * 1000);
            request.Complete();
        }

        return 0;
    }
}
