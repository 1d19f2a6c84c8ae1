using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>The last ten minutes, one sample every ten seconds. One thread writes and reads.</summary>
internal sealed class StatusHistory
{
    internal const int Seconds = 10;

    private const int Most = 60;

    /// <summary>A rate over less says little.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);

    private readonly Queue<(TimeSpan At, long Requests, long Memory, long Exits)> _samples = new();

    /// <summary>When the next sample is due.</summary>
    internal TimeSpan NextAt { get; private set; } = TimeSpan.MinValue;

    internal void Add((long Requests, long Memory, long Exits) sample)
    {
        TimeSpan now = Monotonic.Now;
        NextAt = now + TimeSpan.FromSeconds(Seconds);
        _samples.Enqueue((now, sample.Requests, sample.Memory, sample.Exits));
        if (_samples.Count > Most + 1) // so many differences are shown
        {
            _samples.Dequeue();
        }
    }

    /// <summary>Requests a second since the last sample that is old enough; null when there is none.</summary>
    internal RateReport? Rate(long requests)
    {
        TimeSpan now = Monotonic.Now;
        return _samples.LastOrDefault(s => now - s.At >= Shortest) is { At.Ticks: > 0 } sample
            ? new RateReport(Math.Max(0, requests - sample.Requests) / (now - sample.At).TotalSeconds, now - sample.At)
            : null;
    }

    internal HistoryReport Read()
    {
        (TimeSpan At, long Requests, long Memory, long Exits)[] samples = [.. _samples];
        return new HistoryReport(
            Seconds,
            [.. samples.Zip(samples.Skip(1), static (a, b) => b.Requests - a.Requests)],
            [.. samples.Skip(1).Select(static s => s.Memory)],
            [.. samples.Zip(samples.Skip(1), static (a, b) => b.Exits - a.Exits)]);
    }
}
