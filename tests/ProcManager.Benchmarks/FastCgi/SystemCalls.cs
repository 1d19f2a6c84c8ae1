using System.Globalization;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// System calls a request, counted by strace in all workers while one request follows another: each time the workers have gone
/// to sleep before it comes, which is when it costs most calls.
/// </summary>
internal static class SystemCalls
{
    internal const string Packages = "strace";

    private const int Requests = 1_000;

    /// <summary>In all, and the names of those that come with at least every tenth request.</summary>
    internal static (double Total, string Names) Count(Peer peer)
    {
        int[] workers = [.. ProcFs.Children(peer.Program.Pid)];
        string file = Path.Combine(Programs.Folder, "strace.txt");
        Running counting = Programs.StartForeign(["strace", "-c", "-f", "-o", file, .. workers.SelectMany(static w => new[] { "-p", w.ToString(CultureInfo.InvariantCulture) })]);
        foreach (int worker in workers)
        {
            counting.WaitForLine("attached");
        }

        Asking.Few(peer.Socket, peer.Hello(keep: false), Requests);
        _ = counting.Stop();
        (string Name, double Count)[] calls = [.. File.ReadLines(file)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static columns => columns.Length >= 5 && columns[^1] != "total" && long.TryParse(columns[3], CultureInfo.InvariantCulture, out _))
            .Select(static columns => (columns[^1], long.Parse(columns[3], CultureInfo.InvariantCulture) / (double)Requests))];
        return (calls.Sum(static c => c.Count), string.Join(", ", calls.Where(static c => c.Count >= 0.1).Select(static c => string.Create(CultureInfo.InvariantCulture, $"{c.Name} {c.Count:0.#}"))));
    }
}
