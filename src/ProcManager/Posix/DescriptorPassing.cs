using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Sends a descriptor to another process through a unix socket, and takes one: sendmsg(2) and recvmsg(2) with SCM_RIGHTS, unix(7).</summary>
internal static unsafe class DescriptorPassing
{
    private const int SCM_RIGHTS = 1;

    // struct cmsghdr
    private const int HeaderSize = 16;

    /// <summary>Sends these bytes and one descriptor to an address. 0, or the error number. Waits as the socket does.</summary>
    internal static int Send(int socket, ReadOnlySpan<byte> address, ReadOnlySpan<byte> bytes, int descriptor, int flags = 0)
    {
        int header = sizeof(nint) + (2 * sizeof(int));
        byte* control = stackalloc byte[header + sizeof(nint)];
        *(nint*)control = header + sizeof(int);
        *(int*)(control + sizeof(nint)) = SOL_SOCKET;
        *(int*)(control + sizeof(nint) + sizeof(int)) = SCM_RIGHTS;
        *(int*)(control + header) = descriptor;
        fixed (byte* name = address)
        fixed (byte* data = bytes)
        {
            var vector = new IoVector { Base = data, Length = bytes.Length };
            var message = new Message { Name = name, NameLength = (uint)address.Length, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = header + sizeof(nint) };
            return LibC.sendmsg(socket, &message, MSG_NOSIGNAL | flags) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>
    /// Looks at the next message, which stays there: how many bytes it has, and its descriptor as a new one of this process, close-on-exec. -1 in place of the
    /// descriptor: there is none, or this process may open no more. Negative when there is no message.
    /// </summary>
    internal static nint Peek(int socket, out int descriptor, out bool isCut)
    {
        byte* control = stackalloc byte[HeaderSize + sizeof(nint)];
        byte first;
        var vector = new IoVector { Base = &first, Length = 1 };
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderSize + sizeof(nint) };
        nint length;
        do
        {
            length = LibC.recvmsg(socket, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        }
        while (length < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        bool isThere = length >= 0 && message.ControlLength >= HeaderSize + sizeof(int) && *(int*)(control + sizeof(nint) + sizeof(int)) == SCM_RIGHTS;
        descriptor = isThere ? *(int*)(control + HeaderSize) : -1;
        isCut = length >= 0 && (message.Flags & MSG_CTRUNC) != 0;
        return length;
    }

    /// <summary>struct iovec.</summary>
    private struct IoVector
    {
        internal byte* Base;
        internal nint Length;
    }

    /// <summary>struct msghdr as Linux has it; the compiler puts the same gaps between the members.</summary>
    private struct Message
    {
        internal byte* Name;
        internal uint NameLength;
        internal IoVector* Vectors;
        internal nint VectorCount;
        internal byte* Control;
        internal nint ControlLength;
        internal int Flags;
    }
}
