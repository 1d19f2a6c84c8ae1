using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ProcManager.TestWorker;

/// <summary>Worker 0 gets the wake-ups for connections, being the first that waits, and accepts none; the others serve.</summary>
internal sealed unsafe partial class Thief(ProcessManager manager, Socket listener, string file)
{
    private const uint In = 1;
    private const uint Exclusive = 1u << 28;

    internal void Run(Action serve)
    {
        if (manager.Slot != 0)
        {
            while (!File.Exists(file))
            {
                Thread.Sleep(5);
            }

            serve();
            return;
        }

        manager.Ready();
        int set = epoll_create1(0);
        byte* waited = stackalloc byte[16];
        new Span<byte>(waited, 16).Clear();
        *(uint*)waited = In | Exclusive;
        _ = epoll_ctl(set, 1, (int)listener.Handle, waited);
        File.WriteAllText(file, "");
        byte* found = stackalloc byte[16];
        while (epoll_wait(set, found, 1, -1) == 1)
        {
            Console.WriteLine("stolen");
            manager.Stopping.WaitHandle.WaitOne(); // it was waiting for one connection
        }
    }

    [LibraryImport("libc")]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc")]
    private static partial int epoll_ctl(int set, int operation, int fd, void* what);

    [LibraryImport("libc")]
    private static partial int epoll_wait(int set, void* found, int room, int milliseconds);
}
