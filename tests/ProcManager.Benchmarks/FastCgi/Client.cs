using System.Buffers.Binary;
using static ProcManager.Benchmarks.FastCgi.RawSocket;

namespace ProcManager.Benchmarks.FastCgi;

/// <summary>
/// Several connections on one thread, new ones or the same again and again: while one answer is taken, the other requests are
/// already with the program, so that it always has something to do. An answer is taken as soon as it is there: php-fpm and libfcgi
/// wait for the web server to close.
/// </summary>
internal sealed class Client
{
    private const int None = -1;

    private readonly byte[] _address;
    private readonly Question _question;
    private readonly byte[] _bytes;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly PollEntry[] _connections;
    private readonly Answer[] _answers;
    private long _stamp;

    internal Client(string socket, Question question, int connections)
    {
        _address = Address(socket);
        _question = question;
        _bytes = [.. question.Bytes];
        _stamp = (long)Random.Shared.Next() << 32;
        _connections = new PollEntry[connections];
        _answers = [.. Enumerable.Range(0, connections).Select(_ => question.NewAnswer())];
        Array.Fill(_connections, new PollEntry(None));
    }

    internal long Answers { get; private set; }

    /// <summary>
    /// A kept connection for each client; true when each is with another process. They begin with an echo, whose end is sent when all
    /// others are sent: a process that waits for the end of a body is busy and takes no other connection.
    /// </summary>
    internal static bool Open(IReadOnlyList<Client> clients, Question echo)
    {
        const int End = 9; // the last byte of the body and the empty STDIN
        foreach (Client client in clients)
        {
            client._connections[0] = new PollEntry(Connect(client._address));
            Send(client._connections[0].Descriptor, echo.Bytes.AsSpan(..^End));
            Thread.Sleep(1);
        }

        var pids = new HashSet<int>();
        byte[] buffer = new byte[4096];
        foreach (Client client in clients)
        {
            int connection = client._connections[0].Descriptor;
            Answer answer = echo.NewAnswer();
            answer.Begin(echo.Body.AsSpan(0, 8));
            Send(connection, echo.Bytes.AsSpan(^End..));
            while (!answer.Take(buffer.AsSpan(0, Receive(connection, buffer))))
            {
            }

            pids.Add(answer.Pid);
        }

        return pids.Count == clients.Count;
    }

    /// <summary>The answer to one request.</summary>
    internal string AskOnce()
    {
        Ask(0);
        while (!Take(0))
        {
        }

        return _answers[0].Text;
    }

    /// <summary>Until told that it is enough; then what was asked is still answered.</summary>
    internal void Run(Func<bool> enough)
    {
        for (int slot = 0; slot < _connections.Length; slot++)
        {
            Ask(slot);
        }

        int open = _connections.Length;
        while (open > 0)
        {
            Wait(_connections);
            for (int slot = 0; slot < _connections.Length; slot++)
            {
                if (_connections[slot].IsReady && Take(slot))
                {
                    Answers++;
                    if (enough())
                    {
                        Close(slot);
                        open--;
                    }
                    else
                    {
                        Ask(slot);
                    }
                }
            }
        }
    }

    internal void Close()
    {
        for (int slot = 0; slot < _connections.Length; slot++)
        {
            Close(slot);
        }
    }

    private void Ask(int slot)
    {
        if (_connections[slot].Descriptor == None)
        {
            _connections[slot] = new PollEntry(Connect(_address));
        }

        Stamp(slot);
        Send(_connections[slot].Descriptor, _bytes);
    }

    private void Stamp(int slot)
    {
        Span<byte> stamp = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(stamp, ++_stamp);
        if (_question.StampAt >= 0)
        {
            stamp.CopyTo(_bytes.AsSpan(_question.StampAt));
        }

        _answers[slot].Begin(stamp);
    }

    private bool Take(int slot)
    {
        int length = Receive(_connections[slot].Descriptor, _buffer);
        if (length == 0)
        {
            throw new EndOfStreamException("The connection was closed before the end of an answer.");
        }

        bool complete = _answers[slot].Take(_buffer.AsSpan(0, length));
        if (complete && !_question.Keep)
        {
            Close(slot);
        }

        return complete;
    }

    private void Close(int slot)
    {
        if (_connections[slot].Descriptor != None)
        {
            RawSocket.Close(_connections[slot].Descriptor);
            _connections[slot] = new PollEntry(None);
        }
    }
}
