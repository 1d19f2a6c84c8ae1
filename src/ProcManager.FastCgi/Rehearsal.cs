using System.Net.Sockets;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi;

/// <summary>
/// Two requests that no client has sent, on a private socket, through an engine of the same kind up to where the application would get them, and back. So what a
/// first request needs of ours is compiled before a worker says that it stands by. Nothing of the two is counted.
/// </summary>
internal static class Rehearsal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <param name="makeEngine">Makes the engine, for a rehearsing manager and its listener.</param>
    /// <param name="answer">Completes the request before it returns.</param>
    internal static void Run(Func<ProcessManager, Socket, IEngine> makeEngine, Action<FastCgiRequest> answer)
    {
        if (!OperatingSystem.IsLinux() || !System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported)
        {
            return; // names without a file are Linux's, and NativeAOT has compiled all
        }

        try
        {
            var name = new UnixDomainSocketEndPoint($"\0procmanager-fastcgi-rehearsal-{Environment.ProcessId}");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)Limit.TotalMilliseconds };
            listener.Bind(name);
            listener.Listen(1);
            client.Connect(name);
            using IEngine engine = makeEngine(ProcessManager.ForRehearsal(), listener);
            Ask(client, engine, answer, keep: true);
            Ask(client, engine, answer, keep: false);
        }
        catch (Exception e) when (e is SocketException or PosixException or OperationCanceledException or ProcManagerException)
        {
            // The rehearsal is only for speed.
        }
    }

    /// <summary>Answers as an application without a framework does.</summary>
    internal static void Answer(FastCgiRequest request)
    {
        _ = request.Parameters["REQUEST_METHOD"];
        request.Response.ContentType = "text/plain";
        request.Response.Write("rehearsed");
        request.Complete();
    }

    private static void Ask(Socket client, IEngine engine, Action<FastCgiRequest> answer, bool keep)
    {
        client.Send(Request(keep));
        using var limit = new CancellationTokenSource(Limit);
        if (engine.AcceptAsync(limit.Token).AsTask().GetAwaiter().GetResult() is not { } request)
        {
            return;
        }

        answer(request);
        client.Receive(new byte[1024]);
    }

    private static byte[] Request(bool keep)
    {
        byte[] pairs = [14, 3, .. "REQUEST_METHODGET"u8, 11, 1, .. "SCRIPT_NAME/"u8, 15, 8, .. "SERVER_PROTOCOLHTTP/1.1"u8, 9, 9, .. "HTTP_HOSTrehearsal"u8];
        byte[] bytes = new byte[Records.HeaderSize * 5 + pairs.Length];
        Span<byte> to = bytes;
        Records.WriteHeader(to, RecordType.BeginRequest, 1, 8, 0);
        to[9] = 1; // a responder
        to[10] = keep ? Records.KeepConnection : (byte)0;
        to = to[(2 * Records.HeaderSize)..];
        Records.WriteHeader(to, RecordType.Params, 1, pairs.Length, 0);
        pairs.CopyTo(to[Records.HeaderSize..]);
        to = to[(Records.HeaderSize + pairs.Length)..];
        Records.WriteHeader(to, RecordType.Params, 1, 0, 0);
        Records.WriteHeader(to[Records.HeaderSize..], RecordType.Stdin, 1, 0, 0);
        return bytes;
    }
}
