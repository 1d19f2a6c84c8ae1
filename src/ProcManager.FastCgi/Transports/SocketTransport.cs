using System.Net.Sockets;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Transports;

/// <summary>A socket of the runtime's, for workers that serve many requests at once: no thread waits for a connection.</summary>
internal sealed class SocketTransport(Socket socket, EndWatch endWatch) : Transport, IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private readonly int _descriptor = (int)socket.Handle;
    private CancellationTokenSource _receiveLimit = new();
    private CancellationTokenSource _sendLimit = new();
    private Task _behind = Task.CompletedTask;

    internal Socket Socket => socket;

    internal bool IsLost => Posix.Connections.IsLost(_descriptor);

    internal override bool IsBehind => !_behind.IsCompleted;

    internal override int TryReceive(Span<byte> into)
    {
        try
        {
            return socket.Available > 0 ? socket.Receive(into) : Posix.Connections.WouldBlock;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Posix.Connections.Lost;
        }
    }

    internal override async ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption)
    {
        _receiveLimit = Armed(_receiveLimit, limit);
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        CancellationTokenRegistration registration = token.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _receiveLimit);
        try
        {
            return await socket.ReceiveAsync(into, SocketFlags.None, _receiveLimit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            interruption.ThrowIfInterrupted();
            return TimedOut;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Posix.Connections.Lost;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            linked?.Dispose();
            _receiveLimit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    internal override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption)
    {
        ValueTask<bool> sending = SendAllAsync(data, limit, connection);
        return sending.IsCompleted ? sending : WaitAsync(sending.AsTask(), connection, interruption);
    }

    internal override void Watch(IWatched connection) => endWatch.Watch(_descriptor, connection);

    internal override void Unwatch() => endWatch.Unwatch(_descriptor);

    public void Dispose()
    {
        endWatch.Unwatch(_descriptor); // before another connection has its number
        socket.Dispose();
        if (_behind.IsCompleted)
        {
            _receiveLimit.Dispose();
            _sendLimit.Dispose();
            _sending.Dispose();
        }
    }

    // Interrupted is only the wait: a record that is half sent has to be sent on.
    private async ValueTask<bool> WaitAsync(Task<bool> sending, Connection connection, Interruption interruption)
    {
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        using (linked)
        {
            try
            {
                // A web server that first wants to send its body would wait for us as we for it: what it sends is taken meanwhile.
                while (!sending.IsCompleted && await connection.FeedAsync(sending, token).ConfigureAwait(false))
                {
                }

                return await sending.WaitAsync(token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _behind = sending;
                interruption.ThrowIfInterrupted();
                throw;
            }
        }
    }

    private async ValueTask<bool> SendAllAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection)
    {
        try
        {
            await _sending.WaitAsync().ConfigureAwait(false); // records of several requests, each whole
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        try
        {
            while (data.Length > 0)
            {
                _sendLimit = Armed(_sendLimit, limit); // anew with each step: slow is allowed, silent is not
                int n = await socket.SendAsync(data, SocketFlags.None, _sendLimit.Token).ConfigureAwait(false);
                data = data[n..];
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            connection.Complaints.Tell(Complaint.Write, $"nothing of an answer was taken for {limit}");
            return false;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _sendLimit.CancelAfter(Timeout.InfiniteTimeSpan);
            _sending.Release();
        }
    }

    private static CancellationTokenSource Armed(CancellationTokenSource source, TimeSpan limit)
    {
        if (!source.TryReset())
        {
            source.Dispose();
            source = new CancellationTokenSource();
        }

        source.CancelAfter(limit);
        return source;
    }
}
