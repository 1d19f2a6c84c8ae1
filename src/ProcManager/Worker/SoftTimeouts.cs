using Microsoft.Extensions.Logging;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// The soft timeouts of this worker's requests. The manager only rings, when the published request is over the limit; then every request
/// that began early enough and was not told is told, on one thread, one after the other. The next one that is not told is published then,
/// and the manager rings again when its time has come.
/// </summary>
internal sealed class SoftTimeouts(WorkerBoard board, Dispatcher dispatcher, Action<RequestScope?, ulong> raise, ILogger log)
{
    private readonly Lock _gate = new();
    private bool _rung;
    private bool _running;
    private ulong _told;

    /// <summary>From the thread that reads the lifeline, which must not wait for a handler.</summary>
    internal void Ring()
    {
        lock (_gate)
        {
            _rung = true;
            if (!_running)
            {
                _running = WorkerThread.TryStart("soft timeout", Run, log); // else the next ring tries again
            }
        }
    }

    private void Run()
    {
        while (MayGoOn())
        {
            if (board.SoftNumber is > 0 and var number && number != _told && dispatcher.Number == number)
            {
                _told = number;
                raise(null, number);
            }

            while (dispatcher.Requests.NextUntold(board.SoftBefore) is { } scope)
            {
                raise(scope, scope.Number);
            }
        }
    }

    private bool MayGoOn()
    {
        lock (_gate)
        {
            _running = _rung;
            _rung = false;
            return _running;
        }
    }
}
