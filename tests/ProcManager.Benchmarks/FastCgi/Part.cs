namespace ProcManager.Benchmarks.FastCgi;

/// <summary>One way of asking, of all programs; the first one is ours.</summary>
internal sealed class Part(string name, Func<Peer, TimeSpan, Asked> ask, IReadOnlyList<Peer?> peers)
{
    private readonly Series[] _series = [.. peers.OfType<Peer>().Select(p => new Series(p, ask))];
    private int _round;

    internal void WarmUp(TimeSpan time) => Array.ForEach(_series, s => s.WarmUp(time));

    /// <summary>Each one for so long; every second time in the other order.</summary>
    internal void Round(TimeSpan time)
    {
        foreach (Series series in _round++ % 2 == 0 ? _series : _series.Reverse())
        {
            series.Round(time);
        }
    }

    /// <summary>Ours against each of these that is here, with the target if there is one.</summary>
    internal void Print(Table table, IEnumerable<(Peer? Peer, double? Target)> yardsticks)
    {
        if (_series.Length == 0)
        {
            return;
        }

        Series ours = _series[0];
        foreach ((Peer? peer, double? target) in yardsticks)
        {
            if (Array.Find(_series, s => s.Peer == peer) is not { } yardstick)
            {
                continue;
            }

            table.AtLeastTimes(name, ours.Rate, yardstick.Peer.Name, yardstick.Rate, ours.TimesFasterThan(yardstick), target, "/s");
            table.AtLeastTimes("  CPU time a request, times less", ours.Cpu, yardstick.Peer.Name, yardstick.Cpu, yardstick.Cpu / ours.Cpu, null, "us");
        }
    }

    /// <summary>Were the clients the limit? What they used of the time of their threads, asking the fastest program there is.</summary>
    internal void PrintClients(Table table)
    {
        Series fastest = _series.MaxBy(static s => s.Rate)!;
        table.Note($"clients: CPU time a request to {fastest.Peer.Name}", fastest.ClientCpu, "us");
        table.Note("  of the time of their threads", fastest.ClientShare * 100, "%");
    }
}
