using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Snapshots;

/// <summary>Which processes hold the ports and sockets of a service, and how many connections there are in which state.</summary>
internal static class SocketFacts
{
    private const string Listen = "0A";

    private static readonly string[] States = ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"];

    /// <summary>Empty when no check has a port or a socket.</summary>
    internal static string Of(ServiceDefinition service)
    {
        int[] ports = [.. service.Checks.Select(static c => c is TcpCheck tcp ? tcp.Port : c is HttpCheck { Url: { } url } ? url.Port : 0).Where(static p => p > 0).Distinct()];
        string[] paths = [.. service.Checks.OfType<UnixSocketCheck>().Select(static c => c.Path).Distinct()];
        var holders = new List<(string Place, string Inode)>();
        var text = new StringBuilder();
        foreach (int port in ports)
        {
            (string[] listening, string counts) = OfPort(port, ShortFiles.Read("/proc/net/tcp", 4 * 1024 * 1024) + ShortFiles.Read("/proc/net/tcp6", 4 * 1024 * 1024));
            string place = string.Create(CultureInfo.InvariantCulture, $"port {port}");
            text.Append(CultureInfo.InvariantCulture, $"{place}: {(counts.Length > 0 ? counts : "no socket")}\n");
            holders.AddRange(listening.Select(i => (place, i)));
        }

        foreach (string path in paths)
        {
            string[] bound = OfPath(path, ShortFiles.Read("/proc/net/unix", 4 * 1024 * 1024));
            text.Append(CultureInfo.InvariantCulture, $"{path}: {(bound.Length > 0 ? $"{bound.Length} sockets bound or accepted" : "no socket")}\n");
            holders.AddRange(bound.Select(i => (path, i)));
        }

        Append(text, holders);
        return text.ToString();
    }

    /// <summary>The columns of proc_net_tcp(5): the local address is ADDRESS:PORT in hexadecimal, then the other end, the state, and as the tenth the inode of the socket.</summary>
    internal static (string[] Listening, string Counts) OfPort(int port, string table)
    {
        string end = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        string[][] rows = [.. table.Split('\n').Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(c => c.Length > 9 && c[1].EndsWith(end, StringComparison.Ordinal))];
        IEnumerable<string> counts = rows.GroupBy(static c => c[3]).OrderByDescending(static g => g.Count()).Select(static g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {NameOf(g.Key)}"));
        return ([.. rows.Where(static c => c[3] == Listen && c[9] != "0").Select(static c => c[9])], string.Join(", ", counts));
    }

    /// <summary>The columns of proc_net_unix(5): the seventh is the inode, the eighth and the rest the path.</summary>
    internal static string[] OfPath(string path, string table) =>
        [.. table.Split('\n').Select(static l => l.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)).Where(c => c.Length == 8 && c[7] == path).Select(static c => c[6])];

    private static string NameOf(string state) =>
        int.TryParse(state, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int number) && number < States.Length ? States[number] : state;

    private static void Append(StringBuilder text, List<(string Place, string Inode)> wanted)
    {
        if (wanted.Count == 0)
        {
            return;
        }

        var places = wanted.GroupBy(static w => $"socket:[{w.Inode}]").ToDictionary(static g => g.Key, static g => g.First().Place);
        var found = new HashSet<string>();
        foreach (int pid in ProcessScan.Read())
        {
            foreach ((string place, int count) in OwnProcessFacts.OpenFiles(pid).Where(f => places.ContainsKey(f.Target)).Select(f => f.Target).Distinct().GroupBy(t => places[t]).Select(static g => (g.Key, g.Count())))
            {
                _ = found.Add(place);
                string name = ProcFs.ExecutablePath(pid) ?? ProcFs.Process(pid)?.Name ?? "";
                text.Append(CultureInfo.InvariantCulture, $"{place} is held by pid {pid}, {Printable.Of(name)} ({count} sockets)\n");
            }
        }

        foreach (string place in places.Values.Distinct().Where(p => !found.Contains(p)))
        {
            text.Append(CultureInfo.InvariantCulture, $"{place} is held by a process whose files cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})\n");
        }
    }
}
