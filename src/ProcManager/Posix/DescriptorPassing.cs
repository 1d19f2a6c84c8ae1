using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Sends a descriptor to another process through a unix socket: sendmsg(2) with SCM_RIGHTS, unix(7).</summary>
internal static unsafe class DescriptorPassing
{
    private const int SCM_RIGHTS = 1;

    /// <summary>Sends these bytes and one descriptor to an address. 0, or the error number. Waits as the socket does.</summary>
    internal static int Send(int socket, ReadOnlySpan<byte> address, ReadOnlySpan<byte> bytes, int descriptor)
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
            return LibC.sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
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
