using System.Globalization;
using System.Net;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Steps that many tests begin with.</summary>
internal static class ManagedRequests
{
    /// <summary>Keeps one worker in a request until the file "go" is there.</summary>
    internal static async Task<Task<string>> BusyWorker(this Managed managed, TempFolder folder)
    {
        Task<string> answer = managed.Client.Get($"/wait?file={folder.File("go")}", 60);
        await Until.True(() => File.Exists(folder.File("go.begun")), "the request has begun");
        return answer;
    }

    /// <summary>How many connections wait on the listener, which is a TCP one: column rx_queue of proc(5).</summary>
    internal static int ListenQueue(this Managed managed)
    {
        string port = ((IPEndPoint)managed.Client.EndPoint).Port.ToString("X4", CultureInfo.InvariantCulture);
        string[] listener = File.ReadLines("/proc/net/tcp").Skip(1).Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(f => f[3] == "0A" && f[1].EndsWith(":" + port, StringComparison.Ordinal));
        return int.Parse(listener[4].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
