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
    private readonly Socket[] _connections;
    private readonly TaskCompletionSource[] _ended;

    /// <summary>Connects at once, so that other processes have no time to fill the queue.</summary>
    /// <exception cref="SocketException">The system refuses a socket.</exception>
    /// <exception cref="ProcManagerException">The system refuses a thread.</exception>
    internal PrivateClient(int connections, ILogger log)
    {
        var name = new UnixDomainSocketEndPoint($"\0procmanager-fastcgi-rehearsal-{Guid.NewGuid():N}");
        _connections = new Socket[connections];
        _ended = new TaskCompletionSource[connections];
        try
        {
            Listener.Bind(name);
            Listener.Listen(connections);
            for (int i = 0; i < connections; i++)
            {
                _ended[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _connections[i] = New();
                _connections[i].Blocking = false; // another process may have filled the queue
                _connections[i].Connect(name);
                _connections[i].Blocking = true;
            }

            if (!WorkerThread.TryStart("rehearsal", Drop, log)) // an answer of any length leaves
            {
                throw new ProcManagerException("No thread can be made.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where an engine is to accept.</summary>
    internal Socket Listener { get; } = New();

    /// <summary>The end of this connection.</summary>
    internal Task Ended(int connection) => _ended[connection].Task;

    /// <param name="connection">Which one.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="keep">Another request is to follow on this connection.</param>
    internal void Send(int connection, string path, bool keep) => _connections[connection].Send(Request(path, keep));

    /// <summary>Closes the connections.</summary>
    internal void HangUp()
    {
        foreach (Socket connection in _connections)
        {
            connection?.Dispose();
        }
    }

    internal bool HasSent(FastCgiRequest request) => request.Parameters[Mark] == _secret;

    public void Dispose()
    {
        HangUp();
        Listener.Dispose();
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    private void Drop()
    {
        byte[] answer = new byte[4096];
        for (int i = 0; i < _connections.Length; i++)
        {
            try
            {
                while (_connections[i].Receive(answer) > 0)
                {
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // given up
            }
            finally
            {
                _ended[i].SetResult();
            }
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
