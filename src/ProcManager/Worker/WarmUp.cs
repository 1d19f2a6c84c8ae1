using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// A worker that stands by takes a connection of its own, on a socket that nobody else sees, before it is needed: what runs for the first
/// time is compiled then, and the first client does not wait for it.
/// </summary>
internal static class WarmUp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Gives a listener on which one connection waits.</summary>
    internal static void WithOneConnection(Action<Socket> take)
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // names without a file are Linux's
        }

        try
        {
            var name = new UnixDomainSocketEndPoint($"\0procmanager-warm-up-{Environment.ProcessId}");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(name);
            listener.Listen(1);
            client.Connect(name);
            take(listener);
        }
        catch (Exception e) when (e is SocketException or PosixException)
        {
            // It is only for speed.
        }
    }

    /// <summary>Gives a channel over which one connection was handed, see <see cref="HandedConnections"/>.</summary>
    internal static void WithOneHandedOver(Action<Socket> take)
    {
        try
        {
            (int ours, int theirs) = ConnectionChannel.Open();
            int client = -1;
            try
            {
                using var channel = new ChannelSocket(theirs);
                (int connection, client) = Descriptors.SocketPair();
                bool isSent = ConnectionChannel.Send(ours, [], connection) == 0;
                Descriptors.Close(connection);
                if (isSent)
                {
                    take(channel);
                }
            }
            finally
            {
                Descriptors.Close(client);
                Descriptors.Close(ours);
            }
        }
        catch (Exception e) when (e is SocketException or PosixException)
        {
            // It is only for speed.
        }
    }

    /// <summary>The thread pool's first thread: a host that awaits goes on there with its first request, and making the pool takes milliseconds.</summary>
    internal static void ThreadPool()
    {
        using var done = new ManualResetEventSlim();
        _ = System.Threading.ThreadPool.UnsafeQueueUserWorkItem(static d => d.Set(), done, preferLocal: false);
        done.Wait(Patience);
    }

    /// <summary>Compiles these methods now; of overloads the one without parameters. Under NativeAOT they are compiled already, and nothing is looked up by name.</summary>
    internal static void Compile([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] Type type, params ReadOnlySpan<string> methods)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        const System.Reflection.BindingFlags All = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        foreach (string method in methods)
        {
            if ((type.GetMethod(method, All, []) ?? type.GetMethod(method, All)) is { } found)
            {
                RuntimeHelpers.PrepareMethod(found.MethodHandle);
            }
        }
    }
}
