using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Protocol;
using ProcManager.Worker;

namespace ProcManager.FastCgi;

/// <summary>
/// A client of a worker in that worker, on a private socket: it sends requests that no web server has sent, and drops the answers. Every process of the machine can see the
/// socket's name and connect, so each request carries a secret.
/// </summary>
internal sealed class PrivateClient : IDisposable
{
    private const string Mark = "PROCMANAGER_REHEARSAL";

    private readonly string _secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly UnixDomainSocketEndPoint _name = new($"\0procmanager-fastcgi-rehearsal-{Guid.NewGuid():N}");
    private readonly ILogger _log;
    private Socket? _connection;

    /// <exception cref="SocketException">The system refuses a socket.</exception>
    internal PrivateClient(ILogger log)
    {
        _log = log;
        Listener.Bind(_name);
        Listener.Listen(1);
    }

    /// <summary>Where an engine is to accept.</summary>
    internal Socket Listener { get; } = New();

    /// <summary>The end of the connection that was opened last.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    internal void Connect()
    {
        _connection?.Dispose();
        Socket connection = _connection = New();
        connection.Connect(_name);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ended = ended.Task;
        if (!WorkerThread.TryStart("rehearsal", () => Drop(connection, ended), _log)) // an answer of any length leaves
        {
            ended.SetResult();
        }
    }

    /// <param name="path">Path and query.</param>
    /// <param name="keep">Another request is to follow on this connection.</param>
    internal void Send(string path, bool keep) => _connection!.Send(Request(path, keep));

    internal bool HasSent(FastCgiRequest request) => request.Parameters[Mark] == _secret;

    public void Dispose()
    {
        _connection?.Dispose();
        Listener.Dispose();
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private static void Drop(Socket connection, TaskCompletionSource ended)
    {
        try
        {
            byte[] answer = new byte[4096];
            while (connection.Receive(answer) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // given up
        }
        finally
        {
            ended.SetResult();
        }
    }

    private byte[] Request(string path, bool keep)
    {
        string[] parts = path.Split('?', 2);
        byte[] pairs =
        [
            .. Pair("REQUEST_METHOD", "GET"), .. Pair("SCRIPT_NAME", parts[0]), .. Pair("QUERY_STRING", parts.ElementAtOrDefault(1) ?? ""), .. Pair("REQUEST_URI", path),
            .. Pair("SERVER_PROTOCOL", "HTTP/1.1"), .. Pair("HTTP_HOST", "localhost"), .. Pair("HTTPS", "on"), .. Pair(Mark, _secret),
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
