using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Signals of pid 1 for the manager, its child. A signal that comes before the manager has a handler would end it by default action, so it is kept until then; while one is kept, the relay looks every few milliseconds whether the manager has
/// them (/proc/PID/status). Sent through a pidfd, a signal never reaches a process that has got the manager's number after it.
/// </summary>
internal sealed class SignalRelay(ILogger log) : IDisposable
{
    private const int Interval = 5; // milliseconds

    private readonly Lock _lock = new();
    private readonly List<int> _kept = [];
    private Timer? _looking;
    private int _child;
    private int _pidFd = -1;
    private bool _starting;
    private bool _ended;

    /// <summary>From a signal handler.</summary>
    internal void Pass(int signal)
    {
        lock (_lock)
        {
            if (_child == 0 ? _starting || IsStop(signal) : !TrySend(signal))
            {
                Keep(signal); // before the start only a stop: the manager reads its configuration and its program from disk anyway, and has no size to change
            }
        }
    }

    /// <summary>The manager is being started: from here on each signal is for it.</summary>
    internal void Starting()
    {
        lock (_lock)
        {
            _starting = true;
        }
    }

    /// <summary>Signals that come meanwhile wait, and no thread of the relay runs.</summary>
    internal void Quietly(Action run)
    {
        lock (_lock)
        {
            run();
        }
    }

    /// <summary>The manager was started.</summary>
    internal void To(int child)
    {
        lock (_lock)
        {
            _child = child;
            _pidFd = Children.OpenPidFd(child);
            LookWhileKept();
        }
    }

    /// <summary>The manager has ended.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            _looking?.Dispose();
            Descriptors.Close(_pidFd);
        }
    }

    private static bool IsStop(int signal) => signal is Signals.TERM or Signals.INT or Signals.QUIT;

    // Twice is as once: the kernel, too, keeps one signal of a number for a process that does not take it.
    private void Keep(int signal)
    {
        signal = IsStop(signal) ? Signals.TERM : signal;
        if (!_kept.Contains(signal))
        {
            _kept.Add(signal);
            RelayLog.Kept(log, Signals.Name(signal));
        }

        LookWhileKept();
    }

    private void LookWhileKept()
    {
        if (_child != 0 && _kept.Count > 0)
        {
            _looking ??= new Timer(_ => Look(), null, Interval, Interval);
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            _kept.RemoveAll(TrySend);
            if (_kept.Count == 0)
            {
                _looking?.Dispose();
                _looking = null;
            }
        }
    }

    // The runtime catches TERM, INT and QUIT for itself from its start on, and ends the program. USR2 is the last signal for which the manager makes a handler.
    private bool TrySend(int signal)
    {
        if (!_ended)
        {
            if (ProcFs.Catches(_child, Signals.USR2) == false)
            {
                return false;
            }

            // Refused while the manager is root's and pid 1 has given up its privileges already, or the other way round: tried again until they are one user.
            if (!Children.Signal(_child, _pidFd, signal) && Marshal.GetLastPInvokeError() == Errno.EPERM)
            {
                return false;
            }
        }

        return true;
    }
}
