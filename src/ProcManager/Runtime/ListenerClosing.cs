using ProcManager.Listening;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// A manager that stops takes no new clients: it removes its unix socket files at once, and shuts its listeners when no worker is left that could still
/// accept. Then a client is refused, and tries another server, instead of waiting in a queue that ends with a reset.
/// </summary>
internal sealed class ListenerClosing(ListenerTable listeners, WorkerTable workers, ManagerBoard board)
{
    private bool _begun;
    private bool _done;

    internal void After(PoolState state)
    {
        if (_done || state.Phase == PoolPhase.Running)
        {
            return;
        }

        if (!_begun)
        {
            _begun = true;
            listeners.RemoveSocketFiles();
        }

        // With one request a process only the manager accepts. A worker that has heard that it leaves accepts nothing more. An idle worker may have a connection in hand, so the manager waits for it.
        if (PerRequest.IsOn(state) || workers.All.All(w => board.Look(w.Slot) is { State: WorkerSlotState.Exiting, Busy: true }))
        {
            _done = true;
            listeners.Shut();
        }
    }
}
