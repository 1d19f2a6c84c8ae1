using System.Net;
using System.Net.Sockets;
using ProcManager.Listening;

namespace ProcManager.Tests.Infrastructure;

/// <summary>A listener on a free port, as the library binds it, and connections to it.</summary>
internal static class Loopback
{
    internal static Socket Listen() => Binder.Bind("test", new IPEndPoint(IPAddress.Loopback, 0), new ListenOptions());

    internal static Socket Connect(Socket listener)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        return client;
    }
}
