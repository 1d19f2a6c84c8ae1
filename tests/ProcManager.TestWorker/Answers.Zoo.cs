using System.Globalization;
using System.Runtime.InteropServices;

namespace ProcManager.TestWorker;

/// <content>Requests that no pool wants, and what a worker may say about the one it serves.</content>
internal sealed partial class Answers
{
    private static readonly List<byte[]> Leaked = [];

    private string? Misbehave(string path, string value, RequestScope? scope)
    {
        int number = int.TryParse(value, CultureInfo.InvariantCulture, out int given) ? given : 0;
        switch (path)
        {
            case "/spin":
                for (long until = Environment.TickCount64 + number; Environment.TickCount64 < until;)
                {
                }

                return $"spun {number}";
            case "/background-spin": // with no request under way
                new Thread(static () => { while (true) { } }) { IsBackground = true }.Start();
                return "spinning";
            case "/burn": // until the file is there, then calm until the other one is
                while (!File.Exists(value))
                {
                }

                while (!File.Exists(value + ".end"))
                {
                    Thread.Sleep(50);
                }

                return "burnt and calm";
            case "/throw": // an exception without a handler; what the runtime does about it may be made to take longer
                AppDomain.CurrentDomain.UnhandledException += (_, _) => Thread.Sleep(number);
                new Thread(static () => throw new InvalidOperationException("asked to throw")).Start();
                Thread.Sleep(Timeout.Infinite);
                return null;
            case "/hang":
                Thread.Sleep(Timeout.Infinite);
                return null;
            case "/deadlock":
                Deadlock();
                return null;
            case "/leak":
                lock (Leaked)
                {
                    Leaked.Add(Touched(number));
                    return $"{Leaked.Sum(static b => (long)b.Length)}";
                }

            case "/leak-native": // the collector's own limit does not hold it
                unsafe
                {
                    NativeMemory.Fill(NativeMemory.Alloc((nuint)number << 20), (nuint)number << 20, 1);
                    return $"leaked {number}";
                }

            case "/reserve": // untouched: nothing of it is resident
                unsafe
                {
                    return NativeMemory.Alloc((nuint)number << 20) is null ? "refused" : $"reserved {number}";
                }

            case "/garbage":
                return $"{Touched(number).Length}";
            case "/heap-limit":
                return $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes}";
            case "/long":
                (scope is null ? manager.MarkLong : (Action)scope.MarkLong)();
                Thread.Sleep(number);
                return "was long";
            case "/extend":
                TimeSpan time = TimeSpan.FromMilliseconds(number);
                (scope is null ? (Action<TimeSpan>)manager.Extend : scope.Extend)(time);
                Thread.Sleep(Timeout.Infinite);
                return null;
            case "/kernel": // the thread is held by the kernel (state D) until somebody opens the fifo
                Adopted.SpawnBehind(value);
                return "let go";
            case "/clock":
                return $"{DateTime.UtcNow:O}";
            case "/shutdown":
                manager.Shutdown();
                return "shutting down";
            default:
                return null;
        }
    }

    private static byte[] Touched(int mebibytes)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(mebibytes * 1024 * 1024);
        Array.Fill(bytes, (byte)1);
        return bytes;
    }

    private static void Deadlock()
    {
        object first = new();
        object second = new();
        using var both = new Barrier(2);
        void Take(object one, object other)
        {
            lock (one)
            {
                both.SignalAndWait();
                lock (other)
                {
                }
            }
        }

        var thread = new Thread(() => Take(second, first)) { IsBackground = true };
        thread.Start();
        Take(first, second);
    }
}
