using System.Runtime.ExceptionServices;
using ProcManager.Runtime;
using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>
/// Makes the checks of services. Looks that are due together are one round: one piece of work for a thread, and one for the loop unless checks had to wait. A check that hangs holds its thread; after a moment
/// another thread goes on with the round.
/// </summary>
internal sealed class CheckRounds : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly KeeperLoop _loop;
    private readonly Action<KeptService, ServiceEvent> _happened;
    private readonly CancellationToken _ending;
    private readonly CheckThreads _threads = new();
    private readonly Timer _help;
    private readonly Lock _gate = new();
    private readonly List<CheckRound> _open = [];

    /// <summary>The probes that look now. When they are to look again meanwhile, they do so afterwards: a probe that hangs holds one thread and not one more for each look.</summary>
    private readonly Dictionary<IReadOnlyList<IServiceProbe>, CheckLook?> _underWay = new(ReferenceEqualityComparer.Instance);

    private List<CheckLook> _due = [];
    private bool _isHelpNear;

    internal CheckRounds(KeeperLoop loop, Action<KeptService, ServiceEvent> happened, CancellationToken ending)
    {
        (_loop, _happened, _ending) = (loop, happened, ending);
        _help = new Timer(_ => Guarded(Help));
    }

    internal void Add(KeptService service, int number)
    {
        var look = new CheckLook(service, service.Probes, number);
        lock (_gate)
        {
            if (_underWay.ContainsKey(look.Probes))
            {
                _underWay[look.Probes] = look;
            }
            else
            {
                _underWay.Add(look.Probes, null);
                _due.Add(look);
            }
        }
    }

    /// <summary>Begins the round.</summary>
    internal void Begin()
    {
        lock (_gate)
        {
            if (_due.Count > 0)
            {
                Begin(_due);
                _due = [];
            }
        }
    }

    public void Dispose()
    {
        _help.Dispose();
        _threads.Dispose();
    }

    private void Begin(List<CheckLook> looks)
    {
        var round = new CheckRound(looks, Look, Post);
        _open.Add(round);
        Run(round);
        if (!_isHelpNear)
        {
            _isHelpNear = true;
            _ = _help.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void Run(CheckRound round)
    {
        if (round.TryQueue())
        {
            _threads.Run(() => Guarded(round.Run));
        }
    }

    /// <summary>A round that still has looks gets one more thread, and what it has found so far is told.</summary>
    private void Help()
    {
        lock (_gate)
        {
            _ = _open.RemoveAll(static r => r.IsDone);
            foreach (CheckRound round in _open.Where(static r => Monotonic.Now - r.Begun >= Patience))
            {
                round.Tell();
                if (!round.IsTaken)
                {
                    Run(round);
                }
            }

            _isHelpNear = _open.Count > 0;
            if (_isHelpNear)
            {
                _ = _help.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Null: a check waits, and the result comes later.</summary>
    private CheckResult[]? Look(CheckLook look)
    {
        Task<CheckResult[]> results = Task.WhenAll(look.Probes.Select(CheckAsync)); // all at once
        if (results.IsCompleted)
        {
            Ended(look);
            return results.GetAwaiter().GetResult();
        }

        _ = PostLaterAsync(look, results);
        return null;
    }

    private async Task PostLaterAsync(CheckLook look, Task<CheckResult[]> results)
    {
        CheckResult[] seen = await results.ConfigureAwait(false);
        Ended(look);
        Post([(look, seen)]);
    }

    private async Task<CheckResult> CheckAsync(IServiceProbe probe)
    {
        try
        {
            return await probe.CheckAsync(_ending).ConfigureAwait(false);
        }
        catch (Exception e) // a probe promises not to throw; a look without a result would be awaited until its time is over
        {
            return new CheckResult(false, $"the check failed: {e.Message}");
        }
    }

    private void Ended(CheckLook look)
    {
        lock (_gate)
        {
            if (_underWay.Remove(look.Probes, out CheckLook? next) && next is not null)
            {
                _underWay.Add(look.Probes, null);
                Begin([next]);
            }
        }
    }

    private void Post(IReadOnlyList<(CheckLook Look, CheckResult[] Results)> seen) => _loop.Post(() =>
    {
        foreach ((CheckLook look, CheckResult[] results) in seen)
        {
            _happened(look.Service, new ServiceEvent.Looked(look.Number, results));
        }
    });

    /// <summary>An exception that leaves a thread would end the process; the loop writes it into the log.</summary>
    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            _loop.Post(() => ExceptionDispatchInfo.Throw(e));
        }
    }
}
