using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>How many connections wait in the queue of a listening socket, and how many may.</summary>
internal static unsafe class ListenQueue
{
    private const int SOL_TCP = 6;
    private const int TCP_INFO = 11;
    private const int UnackedAt = 24; // struct tcp_info, tcpi_unacked: of a listening socket the length of its queue
    private const int SackedAt = 28; // tcpi_sacked: how long the queue may be
    private const int AF_NETLINK = 16;
    private const int NETLINK_SOCK_DIAG = 4;
    private const int SOCK_RAW = 3;
    private const int SOCK_DIAG_BY_FAMILY = 20;
    private const int NLM_F_REQUEST = 1;
    private const int UDIAG_SHOW_RQLEN = 16;
    private const int UNIX_DIAG_RQLEN = 4;
    private const int HeaderSize = 16; // struct nlmsghdr, and struct unix_diag_msg after it
    private const int RequestSize = HeaderSize + 24;

    /// <summary>0 when it cannot be found out.</summary>
    internal static int Length(int fd) => Read(fd)?.Queue ?? 0;

    /// <summary>Null when it cannot be found out.</summary>
    internal static (int Queue, int Backlog)? Read(int fd)
    {
        byte* info = stackalloc byte[256];
        uint size = 256;
        if (LibC.getsockopt(fd, SOL_TCP, TCP_INFO, (int*)info, &size) == 0)
        {
            return size >= SackedAt + 4 ? (*(int*)(info + UnackedAt), *(int*)(info + SackedAt)) : null;
        }

        return FileIdentity.OfDescriptor(fd) is { } socket ? OfUnixSocket((uint)socket.Inode) : null;
    }

    // See sock_diag(7). The kernel asks for no cookie when it is all ones.
    private static (int Queue, int Backlog)? OfUnixSocket(uint inode)
    {
        int netlink = LibC.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        if (netlink < 0)
        {
            return null;
        }

        try
        {
            byte* request = stackalloc byte[RequestSize];
            new Span<byte>(request, RequestSize).Clear();
            *(int*)request = RequestSize;
            *(short*)(request + 4) = SOCK_DIAG_BY_FAMILY;
            *(short*)(request + 6) = NLM_F_REQUEST;
            request[HeaderSize] = 1; // AF_UNIX
            *(int*)(request + HeaderSize + 4) = -1; // in every state
            *(uint*)(request + HeaderSize + 8) = inode;
            *(int*)(request + HeaderSize + 12) = UDIAG_SHOW_RQLEN;
            *(long*)(request + HeaderSize + 16) = -1;
            byte* answer = stackalloc byte[512];
            return LibC.send(netlink, request, RequestSize, MSG_DONTWAIT) == RequestSize ? Read(answer, (int)LibC.recv(netlink, answer, 512, MSG_DONTWAIT)) : null;
        }
        finally
        {
            Descriptors.Close(netlink);
        }
    }

    private static (int Queue, int Backlog)? Read(byte* answer, int length)
    {
        if (length < 2 * HeaderSize || *(short*)(answer + 4) != SOCK_DIAG_BY_FAMILY)
        {
            return null;
        }

        for (int at = 2 * HeaderSize; at + 12 <= length;)
        {
            int size = *(ushort*)(answer + at);
            if (*(ushort*)(answer + at + 2) == UNIX_DIAG_RQLEN && size >= 12)
            {
                return (*(int*)(answer + at + 4), *(int*)(answer + at + 8)); // of a listening socket, see unix_diag_rqlen
            }

            at += (Math.Max(4, size) + 3) & ~3;
        }

        return null;
    }
}
