using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Signals, and what /proc says.</summary>
internal static partial class Native
{
    internal const int Hup = 1;
    internal const int Int = 2;
    internal const int Quit = 3;
    internal const int Kill = 9;
    internal const int Usr1 = 10;
    internal const int Usr2 = 12;
    internal const int Term = 15;
    internal const int Cont = 18;
    internal const int Stop = 19;
    internal const int Ttin = 21;
    internal const int Ttou = 22;

    internal static void Send(int pid, int signal)
    {
        if (kill(pid, signal) != 0)
        {
            throw new InvalidOperationException($"kill({pid}, {signal}): {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    internal static bool TrySend(int pid, int signal) => kill(pid, signal) == 0;

    /// <summary>R, S, T, Z …; null when there is no such process.</summary>
    internal static char? State(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static bool IsAlive(int pid) => State(pid) is not (null or 'Z' or 'X');

    internal static IReadOnlyList<int> Children(int pid)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{pid}/task")
                .SelectMany(static t => ReadOrEmpty(t + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(static c => int.Parse(c, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>All processes whose environment has this entry, as it was when they began.</summary>
    internal static IReadOnlyList<int> WithEnvironment(string entry) =>
        [.. Directory.GetDirectories("/proc")
            .Select(static d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(pid => pid > 0 && IsAlive(pid) && ReadOrEmpty($"/proc/{pid}/environ").Split('\0').Contains(entry))];

    internal static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Sets how many descriptors another process may have, and tells how many it might before.</summary>
    internal static ulong LimitDescriptors(int pid, ulong soft) => Limit(pid, 7 /* RLIMIT_NOFILE */, soft);

    /// <summary>Sets how many bytes of addresses another process may have for it to get more.</summary>
    internal static ulong LimitMemory(int pid, ulong soft) => Limit(pid, 9 /* RLIMIT_AS */, soft);

    /// <summary>The lowest number that is free for a descriptor: as a limit it refuses the next one.</summary>
    internal static ulong LowestFree(int pid)
    {
        HashSet<int> taken = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(static f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture))];
        return (ulong)Enumerable.Range(0, int.MaxValue).First(fd => !taken.Contains(fd));
    }

    private static unsafe ulong Limit(int pid, int resource, ulong soft)
    {
        ulong* limit = stackalloc ulong[2];
        if (prlimit(pid, resource, null, limit) != 0)
        {
            throw new InvalidOperationException($"prlimit({pid}): {Marshal.GetLastPInvokeErrorMessage()}");
        }

        (ulong old, limit[0]) = (limit[0], soft);
        return prlimit(pid, resource, limit, null) == 0 ? old : throw new InvalidOperationException($"prlimit({pid}): {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int prlimit(int pid, int resource, ulong* set, ulong* old);

    /// <summary>A port that no process has at this moment, for programs that cannot choose one themselves.</summary>
    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
