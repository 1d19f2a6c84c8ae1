using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// A worker that stands by takes a connection of its own, on a socket that nobody else sees, before it is needed: what runs for the first
/// time is compiled then, and the first client does not wait for it.
/// </summary>
internal static class WarmUp
{
    internal static void TakeOneConnection(Dispatcher dispatcher, ILogger log, bool useEpoll)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // names without a file are Linux's
        }

        (int leave, int leaveEnd) = Descriptors.Pipe();
        try
        {
            var name = new UnixDomainSocketEndPoint($"\0procmanager-warm-up-{Environment.ProcessId}");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(name);
            listener.Listen(1);
            client.Connect(name);
            var gate = new AcceptGate(listener, leave, dispatcher, log, useEpoll);
            gate.Wait()?.Dispose();
            gate.Close();
        }
        catch (Exception e) when (e is SocketException or PosixException)
        {
            // It is only for speed.
        }
        finally
        {
            dispatcher.SetAccepted(false);
            Descriptors.Close(leave);
            Descriptors.Close(leaveEnd);
        }
    }
}
