using ProcManager.Posix;
using static ProcManager.Posix.Constants;

namespace ProcManager.Worker;

/// <summary>What a wait has found, apart from watched descriptors.</summary>
[Flags]
internal enum GateSigns
{
    None = 0,
    Connection = 1,
    Leave = 2,
    Cancel = 4,
}

/// <summary>Why a gate waits for no connection at the moment.</summary>
[Flags]
internal enum NotListening
{
    None = 0,

    /// <summary>The process has no descriptors left for one.</summary>
    NoDescriptors = 1,

    /// <summary>The worker has as many connections as it may have.</summary>
    NoConnections = 2,

    /// <summary>The worker serves as many requests as it may serve at once.</summary>
    NoPlaces = 4,

    /// <summary>The manager has died, and the listener is closed.</summary>
    Abandoned = 8,

    /// <summary>An operator has paused the pool.</summary>
    Paused = 16,

    /// <summary>One request a process: the worker is handed no other connection.</summary>
    NoMore = 32,
}

/// <summary>The descriptors of a gate, and the wait for them.</summary>
internal abstract class GateSet(int listener) : IDisposable
{
    private readonly Lock _lock = new();
    private NotListening _notListening;

    internal bool IsListening => _notListening == NotListening.None;

    protected int Listener { get; } = listener;

    internal abstract void Add(int fd);

    internal abstract void Remove(int fd);

    /// <summary>The gate waits for connections as long as there is no reason against it. From any thread, also during a wait.</summary>
    internal void Set(NotListening reason, bool holds)
    {
        lock (_lock)
        {
            NotListening before = _notListening;
            _notListening = holds ? before | reason : before & ~reason;
            if (before == NotListening.None != IsListening)
            {
                SetListening(IsListening);
            }
        }
    }

    /// <summary>Of the workers that wait on the same listener this worker comes last from now on: the kernel wakes the first that waits at this moment.</summary>
    internal void GoToTheEnd()
    {
        lock (_lock)
        {
            if (IsListening)
            {
                SetListening(false);
                SetListening(true);
            }
        }
    }

    internal abstract GateSigns Wait(int milliseconds, int leave, int cancel, Queue<int> readable);

    public abstract void Dispose();

    /// <summary>One thread at a time.</summary>
    protected abstract void SetListening(bool listening);

    protected GateSigns Note(int fd, int leave, int cancel, Queue<int> readable)
    {
        if (fd == Listener)
        {
            return GateSigns.Connection;
        }

        if (fd == leave)
        {
            return GateSigns.Leave;
        }

        if (fd == cancel)
        {
            return GateSigns.Cancel;
        }

        readable.Enqueue(fd);
        return GateSigns.None;
    }
}

/// <summary>One epoll set, the listener exclusive in it, so that a connection wakes one worker.</summary>
internal sealed unsafe class EpollSet : GateSet
{
    private const int Room = 16;

    private readonly int _epoll;

    internal EpollSet(int listener)
        : base(listener)
    {
        _epoll = LibC.epoll_create1(EPOLL_CLOEXEC);
        PosixException.ThrowIf(_epoll < 0, "epoll_create1");
        Control(EPOLL_CTL_ADD, listener, EPOLLIN | EPOLLEXCLUSIVE);
    }

    internal override void Add(int fd) => Control(EPOLL_CTL_ADD, fd, EPOLLIN);

    internal override void Remove(int fd) => Control(EPOLL_CTL_DEL, fd, 0);

    internal override GateSigns Wait(int milliseconds, int leave, int cancel, Queue<int> readable)
    {
        byte* events = stackalloc byte[Room * 16];
        int n = LibC.epoll_wait(_epoll, events, Room, milliseconds);
        GateSigns signs = GateSigns.None;
        for (int i = 0; i < n; i++)
        {
            signs |= Note(*(int*)(events + (i * EpollEventSize) + EpollEventSize - 8), leave, cancel, readable);
        }

        return signs;
    }

    public override void Dispose() => Descriptors.Close(_epoll);

    protected override void SetListening(bool listening) => Control(listening ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, Listener, EPOLLIN | EPOLLEXCLUSIVE);

    private void Control(int operation, int fd, uint events)
    {
        byte* ev = stackalloc byte[16];
        *(uint*)ev = events;
        *(long*)(ev + EpollEventSize - 8) = fd; // epoll_data comes last
        PosixException.ThrowIf(LibC.epoll_ctl(_epoll, operation, fd, ev) < 0, $"epoll_ctl({fd})");
    }
}

/// <summary>Elsewhere than on Linux: poll(2), and every idle worker wakes.</summary>
internal sealed unsafe class PollSet : GateSet
{
    private readonly List<int> _watched = [];
    private PollFd[] _fds = new PollFd[8];

    internal PollSet(int listener)
        : base(listener) => _watched.Add(listener);

    internal override void Add(int fd) => _watched.Add(fd);

    internal override void Remove(int fd) => _watched.Remove(fd);

    internal override GateSigns Wait(int milliseconds, int leave, int cancel, Queue<int> readable)
    {
        if (_fds.Length < _watched.Count)
        {
            _fds = new PollFd[_watched.Count * 2];
        }

        for (int i = 0; i < _watched.Count; i++)
        {
            _fds[i] = new PollFd { Fd = i == 0 && !IsListening ? -1 : _watched[i], Events = POLLIN };
        }

        GateSigns signs = GateSigns.None;
        fixed (PollFd* fds = _fds)
        {
            int n = LibC.poll(fds, (nuint)_watched.Count, milliseconds);
            for (int i = 0; n > 0 && i < _watched.Count; i++)
            {
                if (fds[i].Returned != 0) // never for -1
                {
                    signs |= Note(fds[i].Fd, leave, cancel, readable);
                }
            }
        }

        return signs;
    }

    public override void Dispose()
    {
    }

    // Looked at before each wait; every idle worker wakes in any case.
    protected override void SetListening(bool listening)
    {
    }
}
