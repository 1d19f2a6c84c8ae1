namespace ProcManager.Benchmarks.FastCgi;

/// <summary>One way of asking one program, in several rounds.</summary>
internal sealed class Series(Peer peer, Func<Peer, TimeSpan, Asked> ask)
{
    private readonly List<double> _rates = [];
    private double _cpu;
    private double _clientCpu;
    private double _seconds;
    private long _answers;

    internal Peer Peer => peer;

    internal double Rate => Math.Round(_rates.Median());

    /// <summary>How many times faster than another one that was asked in turns with it: of each round, and the median of these.</summary>
    internal double TimesFasterThan(Series other) => _rates.Zip(other._rates, static (mine, theirs) => mine / theirs).Median();

    /// <summary>Microseconds of CPU time of all its processes.</summary>
    internal double Cpu => _cpu / _answers * 1e6;

    /// <summary>Microseconds of CPU time of the clients, without those of a web server between.</summary>
    internal double ClientCpu => _clientCpu / _answers * 1e6;

    /// <summary>The part of their time in which the clients had something to do themselves.</summary>
    internal double ClientShare => _clientCpu / (_seconds * Asking.Threads);

    internal void Round(TimeSpan time)
    {
        double before = peer.CpuSeconds;
        Asked asked = ask(peer, time);
        _cpu += peer.CpuSeconds - before;
        _clientCpu += asked.ClientCpu;
        _seconds += asked.Seconds;
        _answers += asked.Answers;
        _rates.Add(asked.Rate);
    }

    internal void WarmUp(TimeSpan time) => _ = ask(peer, time);
}
