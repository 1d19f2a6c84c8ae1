using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Systemd;

/// <summary>
/// Tells systemd, or what stands in for it (podman, s6's sdnotify-wrapper), about this service: a datagram of lines to the socket in <c>NOTIFY_SOCKET</c>, see sd_notify(3). It never fails, and hardly waits:
/// a service must not end with the process that watches it.
/// </summary>
internal sealed class NotifySocket
{
    /// <summary>The kernel keeps ten messages that have not been read; after that a sender waits. Only once: what is not read now is not read the next time either.</summary>
    private const int Patience = 100; // milliseconds

    private readonly UnixDomainSocketEndPoint _address;
    private readonly ILogger _log;
    private bool _isTold;

    private NotifySocket(UnixDomainSocketEndPoint address, ILogger log) => (_address, _log) = (address, log);

    /// <summary>Null: nothing is to be told.</summary>
    internal static NotifySocket? Find(string? variable, ILogger log)
    {
        if (string.IsNullOrEmpty(variable))
        {
            return null;
        }

        try
        {
            // A name without a file begins with @ here, and with a null for the kernel, see unix(7).
            return variable[0] is '/' or '@'
                ? new NotifySocket(new UnixDomainSocketEndPoint(variable[0] == '@' ? '\0' + variable[1..] : variable), log)
                : Refuse(variable, "it is no path and no abstract name; other kinds, such as vsock, are not supported", log);
        }
        catch (ArgumentException e)
        {
            return Refuse(variable, e.Message, log);
        }
    }

    /// <summary>Sends these lines as one message. The first failure is told in the log.</summary>
    internal void Send(string lines) => Send(socket => socket.SendTo(Encoding.UTF8.GetBytes(lines), _address));

    /// <summary>The same, with a descriptor.</summary>
    internal void Send(string lines, int descriptor) => Send(socket =>
    {
        SocketAddress address = _address.Serialize();
        int errno = DescriptorPassing.Send((int)socket.Handle, address.Buffer.Span[..address.Size], Encoding.UTF8.GetBytes(lines), descriptor);
        if (errno != 0)
        {
            throw new PosixException($"sendmsg({_address})", errno);
        }
    });

    private void Send(Action<Socket> send)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = Patience, Blocking = !_isTold };
            send(socket);
            _isTold = false;
        }
        catch (Exception e) when (e is SocketException or PosixException)
        {
            if (!_isTold)
            {
                _isTold = true;
                SystemdLog.NotTold(_log, e.Message);
            }
        }
    }

    private static NotifySocket? Refuse(string variable, string reason, ILogger log)
    {
        SystemdLog.NoSocket(log, variable, reason);
        return null;
    }
}
