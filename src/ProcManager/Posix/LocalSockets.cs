using System.Runtime.InteropServices;
using System.Text;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>System calls on unix sockets, without a socket object around them: a disposed socket object removes a file by name, even another program's file.</summary>
internal static unsafe class LocalSockets
{
    /// <summary>What fits into struct sockaddr_un with the byte that ends it; clients have the same limit.</summary>
    internal const int MaxPathBytes = 107;

    private const int FamilySize = 2;

    /// <summary>Close-on-exec and non-blocking.</summary>
    internal static int Open()
    {
        int fd = LibC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        PosixException.ThrowIf(fd < 0, "socket(AF_UNIX)");
        return fd;
    }

    internal static void Bind(int fd, string path)
    {
        byte* address = stackalloc byte[FamilySize + MaxPathBytes + 1];
        PosixException.ThrowIf(LibC.bind(fd, address, Address(address, path)) < 0, $"bind({path})");
    }

    internal static void Listen(int fd, int backlog) => PosixException.ThrowIf(LibC.listen(fd, backlog) < 0, "listen");

    /// <summary>Connects to the socket file of a handle (<see cref="OpenFolder.OpenEntry"/>), whatever its name is by now. Never waits.</summary>
    /// <returns>0, or the error number; EAGAIN: a program listens, and its queue is full.</returns>
    internal static int Connect(int fd, int handle)
    {
        byte* address = stackalloc byte[FamilySize + MaxPathBytes + 1];
        return LibC.connect(fd, address, Address(address, $"/proc/self/fd/{handle}")) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>No process listens on the socket with this path.</summary>
    internal static bool IsDead(string path)
    {
        int fd = Open();
        try
        {
            byte* address = stackalloc byte[FamilySize + MaxPathBytes + 1];
            return LibC.connect(fd, address, Address(address, path)) < 0 && Marshal.GetLastPInvokeError() == Errno.ECONNREFUSED;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Of a connected socket the process that began to listen, of an accepted socket the process that connected; 0: none, or a process of another pid namespace.</summary>
    internal static int PeerPid(int fd) => Peer(fd)?.Pid ?? 0;

    /// <summary>Of an accepted socket: the process that connected runs as this process's user or as root.</summary>
    internal static bool IsPeerOursOrRoot(int fd) => Peer(fd) is { } peer && (peer.User == LibC.geteuid() || peer.User == 0);

    /// <summary>The next connection; negative when none waits.</summary>
    internal static int Accept(int fd) => LibC.accept4(fd, null, null, SOCK_CLOEXEC);

    /// <summary>The next connection; negative when none waits.</summary>
    /// <param name="fd">A listening socket.</param>
    /// <param name="isShort">No descriptor or no memory is left: the connection still waits, and would be reported again at once.</param>
    internal static int Accept(int fd, out bool isShort)
    {
        int client = Accept(fd);
        isShort = client < 0 && Marshal.GetLastPInvokeError() is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS;
        return client;
    }

    private static (int Pid, uint User)? Peer(int fd)
    {
        int* credentials = stackalloc int[3]; // struct ucred: pid, uid, gid
        uint length = 3 * sizeof(int);
        return LibC.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, &length) == 0 ? (credentials[0], (uint)credentials[1]) : null;
    }

    private static uint Address(byte* address, string path)
    {
        *(ushort*)address = AF_UNIX;
        int length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + FamilySize, MaxPathBytes));
        address[FamilySize + length] = 0;
        return (uint)(FamilySize + length + 1);
    }
}
