using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ProcManager.Tool.Pools;

/// <summary>Connects to a control socket. connect(2) to one whose queue is full waits for ever, as when its manager is stopped; the send timeout of the socket limits that, see socket(7).</summary>
internal static class ControlConnect
{
    private const int SolSocket = 1;
    private const int SendTimeout = 21; // SO_SNDTIMEO

    /// <exception cref="ToolException">No manager listens there, or its queue stays full.</exception>
    internal static Socket Open(string path, int milliseconds, string peer)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            nint[] time = [milliseconds / 1000, milliseconds % 1000 * 1000]; // struct timeval
            socket.SetRawSocketOption(SolSocket, SendTimeout, MemoryMarshal.AsBytes(time.AsSpan()));
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw e is SocketException { SocketErrorCode: SocketError.WouldBlock or SocketError.TimedOut }
                ? ToolException.CouldNotAsk($"the {peer} at {path} takes no connection within {milliseconds / 1000} s: its queue is full.")
                : ToolException.CouldNotAsk($"no {peer} can be reached at {path}: {e.Message}.{(peer == "manager" ? " See 'procman list' for the pools that there are." : "")}");
        }
    }
}
