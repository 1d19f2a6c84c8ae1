using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager;

/// <content>What reaches the manager from signal handlers and other threads, and from when to when.</content>
public partial class ProcessManager
{
    private Inbox BeginInbox()
    {
        var inbox = new Inbox();
        if (_before is not null)
        {
            Signals.UnblockOrders(); // on this thread, too
        }

        lock (_adoptedBefore)
        {
            _inbox = inbox;
            _dispatching.Open();
            _adoptedBefore.ForEach(inbox.Post);
        }

        foreach ((int signal, int times) in _managerSignals!.Begin(OnManagerSignal))
        {
            if (signal == Signals.HUP && _before is null)
            {
                Log.HangupBefore(_log);
                continue;
            }

            for (int i = 0; i < times; i++)
            {
                OnManagerSignal(signal);
            }
        }

        return inbox;
    }

    private void EndInbox(bool ended)
    {
        if (!ended)
        {
            _managerSignals!.End(); // otherwise the process is on its way out, and a late TERM must not end it with another exit code
        }

        lock (_adoptedBefore)
        {
            CloseLeft(_inbox);
            _inbox?.Dispose();
            _inbox = null;
            if (ended)
            {
                _adoptedBefore.Clear();
            }
        }
    }

    // Manager process, on the loop's thread.
    private void TellPeek() => StatusLog.Peeked(_log, Peek().TrimEnd());

    // Signal handler: nothing but an event.
    private void OnManagerSignal(int signal) => _inbox?.Post(signal switch
    {
        Signals.HUP => new ManagerEvent.ReloadRequested(),
        Signals.TERM or Signals.INT or Signals.QUIT => new ManagerEvent.StopRequested(),
        _ when signal == Signals.TTIN => new ManagerEvent.ScaleRequested(1),
        _ when signal == Signals.TTOU => new ManagerEvent.ScaleRequested(-1),
        _ when _inUse?.PeekSignal is { } name && Signals.Name(signal) == "SIG" + name => new Framed(new ManagerEvent.Tick(), TellPeek, static () => { }),
        _ when signal == Signals.USR1 && _logFile is not null => new Framed(new ManagerEvent.Tick(), ReopenLogFile, static () => { }),
        _ when signal == Signals.USR2 => new ManagerEvent.RestartRequested(),
        _ => new ManagerEvent.Unused(Signals.Name(signal)),
    });
}
