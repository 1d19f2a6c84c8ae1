using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>Makes the checks of services. Looks that are due together are one round: one piece of work for a thread, and one for the loop unless checks had to wait.</summary>
internal sealed class CheckRounds(KeeperLoop loop, Action<KeptService, ServiceEvent> happened, CancellationToken ending) : IDisposable
{
    private readonly CheckThreads _threads = new();
    private List<(KeptService Service, int Number)> _due = [];

    internal void Add(KeptService service, int number) => _due.Add((service, number));

    /// <summary>Begins the round.</summary>
    internal void Begin()
    {
        if (_due.Count == 0)
        {
            return;
        }

        List<(KeptService Service, int Number)> round = _due;
        _due = [];
        _threads.Run(() => Run(round));
    }

    public void Dispose() => _threads.Dispose();

    private void Run(List<(KeptService Service, int Number)> round)
    {
        var done = new List<(KeptService Service, ServiceEvent Event)>(round.Count);
        foreach ((KeptService service, int number) in round)
        {
            Task<CheckResult[]> look = LookAsync(service.Probes);
            if (look.IsCompleted)
            {
                done.Add((service, new ServiceEvent.Looked(number, look.GetAwaiter().GetResult())));
            }
            else
            {
                _ = PostLaterAsync(service, number, look);
            }
        }

        if (done.Count > 0)
        {
            loop.Post(() => done.ForEach(d => happened(d.Service, d.Event)));
        }
    }

    private async Task PostLaterAsync(KeptService service, int number, Task<CheckResult[]> look)
    {
        var looked = new ServiceEvent.Looked(number, await look.ConfigureAwait(false));
        loop.Post(() => happened(service, looked));
    }

    /// <summary>All checks at once.</summary>
    private async Task<CheckResult[]> LookAsync(IReadOnlyList<IServiceProbe> probes)
    {
        var results = new CheckResult[probes.Count];
        Task<CheckResult>[] pending = [.. probes.Select(p => p.CheckAsync(ending).AsTask())];

        for (int i = 0; i < probes.Count; i++)
        {
            try
            {
                results[i] = await pending[i].ConfigureAwait(false);
            }
            catch (Exception e) // a probe promises not to throw; a look without a result would be awaited for ever
            {
                results[i] = new CheckResult(false, $"the check failed: {e.Message}");
            }
        }

        return results;
    }
}
