using System.Net.Sockets;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Transports;

/// <summary>
/// For workers that serve many requests at once: no thread waits for a connection. What can be done at once is a system call on the descriptor; a socket of the
/// runtime's, which costs a dozen of them, is made when something must be waited for first.
/// </summary>
internal sealed class SocketTransport(int descriptor, EndWatch endWatch) : Transport, IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private readonly SharedDescriptor _shared = new(descriptor);
    private CancellationTokenSource _receiveLimit = new();
    private CancellationTokenSource _sendLimit = new();
    private Task _behind = Task.CompletedTask;

    internal bool IsLost => _shared.IsLost;

    /// <summary>There is nothing to read, not even the end; or the connection is closed.</summary>
    internal bool IsSilent => _shared.IsSilent;

    /// <summary>Something had to be waited for.</summary>
    internal bool HasWaited => _shared.HasSocket;

    internal override bool IsBehind => !_behind.IsCompleted;

    internal override int TryReceive(Span<byte> into) => _shared.Receive(into);

    internal override ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption)
    {
        int n = TryReceive(into.Span);
        return n == Connections.WouldBlock ? WaitAndReceiveAsync(into, limit, interruption) : ValueTask.FromResult(n);
    }

    internal override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption)
    {
        ValueTask<bool> sending = SendAllAsync(data, limit, connection);
        return sending.IsCompleted ? sending : WaitAsync(sending.AsTask(), connection, interruption);
    }

    internal override void Watch(IWatched connection) => endWatch.Watch(descriptor, connection);

    internal override void Unwatch() => endWatch.Unwatch(descriptor);

    internal void EndSending() => _shared.EndSending();

    /// <summary>Ends every wait. From any thread.</summary>
    internal void Close()
    {
        endWatch.Unwatch(descriptor); // before another connection has its number
        _shared.Dispose();
    }

    public void Dispose()
    {
        Close();
        if (_behind.IsCompleted)
        {
            _receiveLimit.Dispose();
            _sendLimit.Dispose();
            _sending.Dispose();
        }
    }

    private async ValueTask<int> WaitAndReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption)
    {
        _receiveLimit = Armed(_receiveLimit, limit);
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        CancellationTokenRegistration registration = token.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _receiveLimit);
        try
        {
            return await _shared.Socket().ReceiveAsync(into, SocketFlags.None, _receiveLimit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            interruption.ThrowIfInterrupted();
            return TimedOut;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Connections.Lost;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            linked?.Dispose();
            _receiveLimit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    // Only the wait is interrupted: a record that is half sent has to be sent on.
    private async ValueTask<bool> WaitAsync(Task<bool> sending, Connection connection, Interruption interruption)
    {
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        using (linked)
        {
            try
            {
                // A web server that sends its body first would wait for this worker, and this worker for it. So the body is taken meanwhile.
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
                int n = _shared.Send(data.Span);
                if (n == Connections.Lost)
                {
                    return false;
                }

                if (n == Connections.WouldBlock)
                {
                    _sendLimit = Armed(_sendLimit, limit); // anew with each step: slow is allowed, silent is not
                    n = await _shared.Socket().SendAsync(data, SocketFlags.None, _sendLimit.Token).ConfigureAwait(false);
                    _sendLimit.CancelAfter(Timeout.InfiniteTimeSpan);
                }

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
