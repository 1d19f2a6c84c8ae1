using System.Globalization;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>Finds the worker of this library that listens on a TCP port, of a live manager or an orphan of a dead one. Other users' processes cannot be looked at.</summary>
internal static class PortHolders
{
    /// <summary>Says what to do about the worker; null when no worker of ours holds the port.</summary>
    internal static string? Describe(int port)
    {
        try
        {
            HashSet<string> sockets = [.. Listening("/proc/net/tcp", port), .. Listening("/proc/net/tcp6", port)];
            foreach (string folder in sockets.Count == 0 ? [] : Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                    && pid != Environment.ProcessId && RecordOf(folder) is { IsWorker: true } record && Holds(folder, sockets))
                {
                    return Describe(pid, record);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nothing is known.
        }

        return null;
    }

    private static string Describe(int pid, LaunchRecord record)
    {
        if (ProcFs.Parent(pid) == record.Manager)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The pool of the manager with pid {record.Manager} listens there; stop it (TERM), reload it (HUP), or choose another port.");
        }

        DateTime since = DateTime.Now - TimeSpan.FromMilliseconds(Math.Max(0, Environment.TickCount64 - (ProcFs.StartTime(pid) * 10)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Worker {record.Slot} (pid {pid}, started {since:yyyy-MM-dd HH:mm:ss}) of a manager that has died (pid {record.Manager}) still listens there. It ends with its last request, at the latest after its die timeout; wait for it, or end it: kill {pid}, and kill -9 {pid} if that does nothing.");
    }

    // The columns of proc_net_tcp(5): the local address is ADDRESS:PORT in hexadecimal, state 0A is LISTEN, the tenth column is the socket's inode.
    private static IEnumerable<string> Listening(string file, int port) => !File.Exists(file) ? [] : File.ReadLines(file)
        .Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(c => c.Length > 9 && c[3] == "0A" && c[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal))
        .Select(static c => $"socket:[{c[9]}]");

    private static LaunchRecord? RecordOf(string folder)
    {
        const string Name = LaunchRecord.Variable + "=";
        try
        {
            string? entry = File.ReadAllText(folder + "/environ").Split('\0').FirstOrDefault(static v => v.StartsWith(Name, StringComparison.Ordinal));
            return entry is null ? null : LaunchRecord.Decode(entry[Name.Length..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProcManagerException)
        {
            return null; // gone, another user's, or of another version
        }
    }

    private static bool Holds(string folder, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(folder + "/fd").Any(f => new FileInfo(f).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
