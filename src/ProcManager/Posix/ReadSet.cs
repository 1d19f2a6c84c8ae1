using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>An epoll set that tells of descriptors as long as there is something to read, or the end.</summary>
internal sealed unsafe class ReadSet : IDisposable
{
    private const int Room = 32;

    private readonly int _epoll;

    internal ReadSet()
    {
        _epoll = LibC.epoll_create1(EPOLL_CLOEXEC);
        PosixException.ThrowIf(_epoll < 0, "epoll_create1");
    }

    internal void Add(int fd) => PosixException.ThrowIf(!Control(EPOLL_CTL_ADD, fd, EPOLLIN), $"epoll_ctl({fd})");

    internal void Remove(int fd) => _ = Control(EPOLL_CTL_DEL, fd, 0); // a closed descriptor is out of the set already

    /// <summary>Waits until something can be read, at most so many milliseconds (-1: without end); <paramref name="readable"/> gets the descriptors. A signal ends the wait early.</summary>
    internal int Wait(Span<int> readable, int milliseconds)
    {
        byte* events = stackalloc byte[Room * 16];
        int n = LibC.epoll_wait(_epoll, events, Math.Min(Room, readable.Length), milliseconds);
        for (int i = 0; i < n; i++)
        {
            readable[i] = *(int*)(events + (i * EpollEventSize) + EpollEventSize - 8);
        }

        return Math.Max(n, 0);
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
