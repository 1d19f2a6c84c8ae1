using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>An epoll set: which of many descriptors have something to read, see epoll(7).</summary>
internal sealed unsafe class DescriptorSet : IDisposable
{
    private const int Room = 32;

    private readonly int _epoll;
    private readonly uint _events;

    private DescriptorSet(uint events)
    {
        _events = events;
        _epoll = LibC.epoll_create1(EPOLL_CLOEXEC);
        PosixException.ThrowIf(_epoll < 0, "epoll_create1");
    }

    /// <summary>Tells once of each change: bytes that arrive, and the end of the other side. The bytes need not be read.</summary>
    internal static DescriptorSet OfChanges() => new(EPOLLIN | (uint)(ushort)POLLRDHUP | EPOLLET);

    /// <summary>Tells as long as there is something to read, or the end.</summary>
    internal static DescriptorSet OfReadable() => new(EPOLLIN);

    /// <summary>False: the descriptor is closed, or is watched already, or the kernel has no room.</summary>
    internal bool Add(int fd) => Control(EPOLL_CTL_ADD, fd, _events);

    internal void Remove(int fd) => _ = Control(EPOLL_CTL_DEL, fd, 0); // a closed descriptor is out of the set already

    /// <summary>Waits until there is something to tell; <paramref name="changed"/> gets the descriptors. A signal ends the wait early.</summary>
    internal int Wait(Span<int> changed) => Wait(changed, -1);

    /// <summary>The same, for so many milliseconds at most; negative: for ever.</summary>
    internal int Wait(Span<int> changed, int milliseconds)
    {
        byte* events = stackalloc byte[Room * 16];
        int n = LibC.epoll_wait(_epoll, events, Math.Min(Room, changed.Length), milliseconds);
        for (int i = 0; i < n; i++)
        {
            changed[i] = *(int*)(events + (i * EpollEventSize) + EpollEventSize - 8);
        }

        return Math.Max(n, 0); // interrupted by a signal
    }

    public void Dispose() => Descriptors.Close(_epoll);

    private bool Control(int operation, int fd, uint events)
    {
        byte* ev = stackalloc byte[16];
        *(uint*)ev = events;
        *(long*)(ev + EpollEventSize - 8) = fd; // epoll_data comes last
        return LibC.epoll_ctl(_epoll, operation, fd, ev) == 0;
    }
}
