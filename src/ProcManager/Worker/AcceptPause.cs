using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// While a worker has no descriptor or memory for another connection it waits for none: new connections stay in the queue, for other workers, and this worker
/// serves the connections that it has. The pause begins a little before the limit: the last descriptors are for the runtime and the host.
/// </summary>
internal sealed class AcceptPause(int listener, WorkerBoard board, ILogger log)
{
    /// <summary>How long a pause is at least; then the worker looks whether there is room.</summary>
    internal const int Milliseconds = 100;

    private const int Reserve = 16;
    private const int ToldAgainAfter = 60_000;
    private const int LimitReadAfter = 1_000; // the limit may be changed from outside, see prlimit(1)

    private readonly Lock _lock = new();
    private int _limit = Descriptors.Limit();
    private long _limitReadAt = Environment.TickCount64;
    private long _until;
    private long _toldAt = long.MinValue;

    internal bool IsOn { get; private set; }

    internal void Begin(int errno, GateSet set) => Begin(Marshal.GetPInvokeErrorMessage(errno), set);

    /// <summary>Numbers are given out from the lowest, so a new connection's number tells how many are open. A worker without another connection has nothing to wait for.</summary>
    internal void BeginIfNear(int descriptor, GateSet set)
    {
        long now = Environment.TickCount64;
        if (now - _limitReadAt > LimitReadAfter)
        {
            _limitReadAt = now;
            _limit = Descriptors.Limit();
        }

        if (descriptor >= _limit - Reserve && board.Connections > 0)
        {
            Begin($"{descriptor} of {_limit} descriptors are open", set);
        }
    }

    /// <summary>Ends the pause when there is room again.</summary>
    internal bool IsOver(GateSet set)
    {
        lock (_lock)
        {
            if (!IsOn)
            {
                return true;
            }

            if (Environment.TickCount64 < _until)
            {
                return false;
            }

            if (Descriptors.NextFree(listener) >= Descriptors.Limit() - Reserve && board.Connections > 0)
            {
                _until = Environment.TickCount64 + Milliseconds;
                return false;
            }

            IsOn = false;
            set.Set(NotListening.NoDescriptors, false);
            return true;
        }
    }

    private void Begin(string reason, GateSet set)
    {
        lock (_lock)
        {
            set.Set(NotListening.NoDescriptors, true);
            IsOn = true;
            long now = Environment.TickCount64;
            _until = now + Milliseconds;
            if (_toldAt == long.MinValue || now - _toldAt > ToldAgainAfter)
            {
                _toldAt = now;
                WorkerLog.AcceptFailed(log, reason);
            }
        }
    }
}
