using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.FastCgi.Protocol;
using ProcManager.Worker;

namespace ProcManager.FastCgi;

/// <summary>
/// Two requests that no client has sent, on a private socket, through an engine of the same kind up to where the application would get them, and back. So what a
/// first request needs of ours is compiled before a worker says that it stands by. With a path the application gets them, too. Nothing of the two is counted.
/// </summary>
internal static class Rehearsal
{
    private const string Mark = "PROCMANAGER_REHEARSAL";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <param name="makeEngine">Makes the engine, for a rehearsing manager and its listener.</param>
    /// <param name="answer">Completes the request before it returns. False: it was given up, and the second one is not sent.</param>
    /// <param name="path">What is asked for, when the application answers.</param>
    internal static void Run(Func<ProcessManager, Socket, IEngine> makeEngine, Func<FastCgiRequest, bool> answer, string? path = null)
    {
        if (!OperatingSystem.IsLinux() || (path is null && !System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported))
        {
            return; // names without a file are Linux's, and NativeAOT has compiled all
        }

        try
        {
            // Every process of the machine can see the name and connect. So the request carries a secret, and the application gets no other.
            string secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var name = new UnixDomainSocketEndPoint($"\0procmanager-fastcgi-rehearsal-{Guid.NewGuid():N}");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(name);
            listener.Listen(1);
            client.Connect(name);
            _ = WorkerThread.TryStart("rehearsal", () => Drop(client), NullLogger.Instance); // an answer of any length leaves
            using IEngine engine = makeEngine(ProcessManager.ForRehearsal(), listener);
            if (Ask(client, engine, answer, path ?? "/", secret, keep: true))
            {
                Ask(client, engine, answer, path ?? "/", secret, keep: false);
            }
        }
        catch (Exception e) when (e is SocketException or PosixException or OperationCanceledException or ProcManagerException)
        {
            // The rehearsal is only for speed.
        }
    }

    /// <summary>Answers as an application without a framework does.</summary>
    internal static bool Answer(FastCgiRequest request)
    {
        _ = request.Parameters["REQUEST_METHOD"];
        request.Response.ContentType = "text/plain";
        request.Response.Write("rehearsed");
        request.Complete();
        return true;
    }

    private static void Drop(Socket client)
    {
        try
        {
            byte[] answer = new byte[4096];
            while (client.Receive(answer) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the rehearsal is over
        }
    }

    private static bool Ask(Socket client, IEngine engine, Func<FastCgiRequest, bool> answer, string path, string secret, bool keep)
    {
        client.Send(Request(path, secret, keep));
        using var limit = new CancellationTokenSource(Limit);
        if (engine.AcceptAsync(limit.Token).AsTask().GetAwaiter().GetResult() is not { } request)
        {
            return false;
        }

        if (request.Parameters[Mark] == secret)
        {
            return answer(request);
        }

        request.Complete(); // a stranger's
        return false;
    }

    private static byte[] Request(string path, string secret, bool keep)
    {
        string[] parts = path.Split('?', 2);
        byte[] pairs =
        [
            .. Pair("REQUEST_METHOD", "GET"), .. Pair("SCRIPT_NAME", parts[0]), .. Pair("QUERY_STRING", parts.ElementAtOrDefault(1) ?? ""), .. Pair("REQUEST_URI", path),
            .. Pair("SERVER_PROTOCOL", "HTTP/1.1"), .. Pair("HTTP_HOST", "localhost"), .. Pair("HTTPS", "on"), .. Pair(Mark, secret),
        ];
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

    private static byte[] Pair(string name, string value) => [(byte)name.Length, (byte)value.Length, .. Encoding.ASCII.GetBytes(name + value)];
}
