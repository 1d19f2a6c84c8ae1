using ProcManager.Runtime;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>One look at one service.</summary>
internal sealed record CheckLook(KeptService Service, IReadOnlyList<IServiceProbe> Probes, int Number);

/// <summary>Looks that are due together. Several threads may work at it; each takes the next look.</summary>
/// <param name="looks">The looks.</param>
/// <param name="look">Makes one; null: its result comes later.</param>
/// <param name="tell">Gets results.</param>
internal sealed class CheckRound(IReadOnlyList<CheckLook> looks, Func<CheckLook, CheckResult[]?> look, Action<IReadOnlyList<(CheckLook Look, CheckResult[] Results)>> tell)
{
    private readonly Lock _gate = new();
    private List<(CheckLook Look, CheckResult[] Results)> _seen = [];
    private int _taken;
    private int _ended;
    private int _isQueued;

    internal TimeSpan Begun { get; } = Monotonic.Now;

    /// <summary>A thread works at each look, or has done so.</summary>
    internal bool IsTaken => Volatile.Read(ref _taken) >= looks.Count;

    internal bool IsDone => Volatile.Read(ref _ended) >= looks.Count;

    /// <summary>False: the round waits for a thread already.</summary>
    internal bool TryQueue() => Interlocked.Exchange(ref _isQueued, 1) == 0;

    internal void Run()
    {
        Volatile.Write(ref _isQueued, 0);
        while (Interlocked.Increment(ref _taken) is var number && number <= looks.Count)
        {
            CheckLook next = looks[number - 1];
            try
            {
                if (look(next) is { } results)
                {
                    lock (_gate)
                    {
                        _seen.Add((next, results));
                    }
                }
            }
            finally
            {
                _ = Interlocked.Increment(ref _ended);
            }
        }

        Tell();
    }

    internal void Tell()
    {
        List<(CheckLook, CheckResult[])> seen;
        lock (_gate)
        {
            (seen, _seen) = (_seen, []);
        }

        if (seen.Count > 0)
        {
            tell(seen);
        }
    }
}
