using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager;

/// <summary>What manager and workers know of the pool, in memory that they share. Reading it needs no lock and no system call, and disturbs no process.</summary>
public sealed class ScoreboardView
{
    private readonly Func<SharedMemory?> _memory;

    internal ScoreboardView(Func<SharedMemory?> memory) => _memory = memory;

    /// <summary>Copies the pool's present state. Works in the manager and in a worker, from <see cref="ProcessManager.Manage()"/> on.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="InvalidOperationException">Nothing is managed (yet): there is no scoreboard.</exception>
    public ScoreboardSnapshot Snapshot() => SnapshotReader.Read(
        _memory() ?? throw new InvalidOperationException("There is no scoreboard: call Manage first, with a process count above 0."));
}
