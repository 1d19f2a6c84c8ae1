using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Blocking stream sockets, unix and TCP, by bare system calls: a client that shares its processors with what it measures must cost little, and
/// <see cref="System.Net.Sockets.Socket"/> makes several more calls a connection.
/// </summary>
internal static unsafe partial class RawSocket
{
    private const int Unix = 1; // AF_UNIX
    private const int Tcp = 2; // AF_INET
    private const int StreamCloseOnExec = 1 | 0x80000; // SOCK_STREAM | SOCK_CLOEXEC
    private const int Interrupted = 4; // EINTR

    /// <summary>Of a path: struct sockaddr_un, with the zero byte at the end. Of an address with a port: struct sockaddr_in.</summary>
    internal static byte[] Address(string socket)
    {
        if (IPEndPoint.TryParse(socket, out IPEndPoint? end))
        {
            byte[] internet = new byte[16];
            BitConverter.TryWriteBytes(internet, (ushort)Tcp);
            BinaryPrimitives.WriteUInt16BigEndian(internet.AsSpan(2), (ushort)end.Port);
            end.Address.GetAddressBytes().CopyTo(internet, 4);
            return internet;
        }

        byte[] name = Encoding.UTF8.GetBytes(socket);
        byte[] address = new byte[2 + name.Length + 1];
        BitConverter.TryWriteBytes(address, (ushort)Unix);
        name.CopyTo(address, 2);
        return address;
    }

    internal static int Connect(byte[] address)
    {
        int fd = TryConnect(address);
        return fd >= 0 ? fd : throw Failure("connect", -fd);
    }

    /// <summary>A descriptor, or the error number below zero.</summary>
    internal static int TryConnect(byte[] address)
    {
        int fd = socket(BitConverter.ToUInt16(address), StreamCloseOnExec, 0);
        if (fd < 0)
        {
            throw Failure("socket", Marshal.GetLastSystemError());
        }

        fixed (byte* a = address)
        {
            while (connect(fd, a, (uint)address.Length) != 0)
            {
                int error = Marshal.GetLastSystemError();
                if (error != Interrupted)
                {
                    Close(fd);
                    return -error;
                }
            }
        }

        return fd;
    }

    internal static void Send(int fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* b = bytes)
            {
                written = write(fd, b, (nuint)bytes.Length);
            }

            if (written > 0)
            {
                bytes = bytes[(int)written..];
            }
            else if (Marshal.GetLastSystemError() is var error && error != Interrupted)
            {
                throw Failure("write", error);
            }
        }
    }

    /// <summary>0: the other end has closed.</summary>
    internal static int Receive(int fd, Span<byte> buffer)
    {
        while (true)
        {
            nint length;
            fixed (byte* b = buffer)
            {
                length = read(fd, b, (nuint)buffer.Length);
            }

            if (length >= 0)
            {
                return (int)length;
            }

            if (Marshal.GetLastSystemError() is var error && error != Interrupted)
            {
                throw Failure("read", error);
            }
        }
    }

    /// <summary>Sleeps until one of them has something to read, or more than one; the others are left as they are. False: nothing came in time.</summary>
    internal static bool Wait(Span<PollEntry> entries, int milliseconds = -1)
    {
        fixed (PollEntry* e = entries)
        {
            int ready;
            while ((ready = poll(e, (nuint)entries.Length, milliseconds)) < 0)
            {
                if (Marshal.GetLastSystemError() is var error && error != Interrupted)
                {
                    throw Failure("poll", error);
                }
            }

            return ready > 0;
        }
    }

    internal static void Close(int fd) => _ = Native.close(fd);

    private static IOException Failure(string call, int error) => new($"{call}: {Marshal.GetPInvokeErrorMessage(error)}");

    /// <summary>struct pollfd in one number: the descriptor, POLLIN, and what the kernel says. A descriptor of -1 is passed over.</summary>
    internal readonly struct PollEntry(int fd)
    {
        private readonly ulong _value = (uint)fd | (1UL << 32);

        internal int Descriptor => (int)_value;

        internal bool IsReady => _value >> 48 != 0;
    }

    [LibraryImport("libc")]
    private static partial int poll(PollEntry* entries, nuint count, int timeout);

    [LibraryImport("libc")]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int connect(int fd, byte* address, uint length);

    [LibraryImport("libc")]
    private static partial nint write(int fd, byte* bytes, nuint length);

    [LibraryImport("libc")]
    private static partial nint read(int fd, byte* buffer, nuint length);
}
