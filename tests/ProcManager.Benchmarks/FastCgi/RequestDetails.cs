using System.Globalization;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>What a request costs besides time: system calls, and memory for the garbage collector.</summary>
internal static class RequestDetails
{
    private const int Requests = 20_000;

    /// <summary>The first one is ours.</summary>
    internal static void Print(Table table, IReadOnlyList<Peer> peers)
    {
        Peer ours = peers[0];
        (long bytes, long answers) before = Allocated(ours);
        Asking.Few(ours.Socket, ours.Hello(keep: false), Requests);
        (long bytes, long answers) after = Allocated(ours);
        table.AtMost("allocated a request, hello, new connections", (after.bytes - before.bytes) / (double)(after.answers - before.answers), 1024, "B");

        if (Tools.Find("strace") is null)
        {
            table.Missing("system calls a request", SystemCalls.Packages);
            return;
        }

        foreach (Peer peer in peers)
        {
            (double total, string names) = SystemCalls.Count(peer);
            string what = $"system calls a request, {peer.Name}";
            if (peer == ours)
            {
                table.AtMost(what, total, 6, "");
            }
            else
            {
                table.Note(what, total, "");
            }

            table.Say($"  {names}");
        }
    }

    /// <summary>What the workers have allocated and answered since their start.</summary>
    private static (long Bytes, long Answers) Allocated(Peer ours)
    {
        long[][] numbers = [.. Asking.Each(ours, ours.Ask("/allocated")).Select(static text => text.Split(' ').Select(static n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray())];
        return (numbers.Sum(static n => n[0]), numbers.Sum(static n => n[1]));
    }
}
