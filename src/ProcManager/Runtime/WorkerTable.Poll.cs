using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <content>The one wait.</content>
internal sealed unsafe partial class WorkerTable
{
    /// <summary>In milliseconds; for an end that a debugger keeps from us.</summary>
    private const int AskAgain = 100;

    private readonly HashSet<int> _held = [];
    private PollFd[] _poll = [];
    private int _used;

    /// <summary>Sleeps until something is to be read, or the timeout in milliseconds; -1 for ever. True: a connection waits, which is looked for only when asked.</summary>
    internal bool Wait(int inboxDescriptor, int timeout, bool forConnections)
    {
        if (_changed || side.Changed)
        {
            Rebuild(inboxDescriptor);
        }

        for (int i = 0; i < listeners.Length; i++)
        {
            _poll[1 + i] = new PollFd { Fd = forConnections ? listeners[i] : -1, Events = Constants.POLLIN };
        }

        fixed (PollFd* fds = _poll)
        {
            int ready = LibC.poll(fds, (nuint)_used, _held.Count + _notTakenBack.Count > 0 && timeout is < 0 or > AskAgain ? AskAgain : timeout); // a signal that interrupts it is as good as an event
            bool waits = false;
            for (int i = 1; ready > 0 && i <= listeners.Length; i++)
            {
                waits |= fds[i].Returned != 0;
                fds[i].Returned = 0;
            }

            return waits;
        }
    }

    /// <summary>On one of our listeners, at this moment.</summary>
    internal bool ConnectionWaits() => listeners.Any(static l => l >= 0 && Connections.WaitFor(l, Constants.POLLIN, 0) != 0);

    /// <summary>How many connections wait on all of our listeners, at this moment.</summary>
    internal int QueueLength() => listeners.Sum(static l => l < 0 || Connections.WaitFor(l, Constants.POLLIN, 0) == 0 ? 0 : Math.Max(1, ListenQueue.Length(l)));

    private void Rebuild(int inboxDescriptor)
    {
        _used = 1 + listeners.Length + side.All.Count + (2 * _bySlot.Count);
        if (_poll.Length < _used)
        {
            _poll = new PollFd[_used * 2];
        }

        _poll[0] = new PollFd { Fd = inboxDescriptor, Events = Constants.POLLIN };
        int at = 1 + listeners.Length;
        foreach (SideProcess process in side.All)
        {
            _poll[at++] = new PollFd { Fd = Polled(process.PidFd), Events = Constants.POLLIN };
        }

        foreach (WorkerHandle worker in _bySlot.Values)
        {
            _poll[at++] = new PollFd { Fd = worker.Lifeline, Events = Constants.POLLIN };
            _poll[at++] = new PollFd { Fd = Polled(worker.PidFd), Events = Constants.POLLIN };
        }

        _changed = false;
        side.Changed = false;
        if (side.All.Any(static p => p.PidFd < 0))
        {
            HearChildSignals();
        }
    }

    // poll(2) leaves out negative descriptors
    private int Polled(int pidFd) => _held.Contains(pidFd) ? -1 : pidFd;

    // It has ended, yet there is nothing to reap: a debugger that traces it has its status first. A poll would wake us without end.
    private void Hold(int fd, bool isHeld)
    {
        if (isHeld)
        {
            _ = _held.Add(fd);
            _changed = true;
        }
    }
}
