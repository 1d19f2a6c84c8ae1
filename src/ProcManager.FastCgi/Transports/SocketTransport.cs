using System.Net.Sockets;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Transports;

/// <summary>A socket of the runtime's, for workers that serve many requests at once: no thread waits for a connection.</summary>
internal sealed class SocketTransport(Socket socket) : Transport, IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private CancellationTokenSource _receiveLimit = new();
    private CancellationTokenSource _sendLimit = new();

    internal Socket Socket => socket;

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

    internal override async ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, CancellationToken cancellationToken)
    {
        _receiveLimit = Armed(_receiveLimit, limit);
        CancellationTokenRegistration registration = cancellationToken.CanBeCanceled ? cancellationToken.Register(static s => ((CancellationTokenSource)s!).Cancel(), _receiveLimit) : default;
        try
        {
            return await socket.ReceiveAsync(into, SocketFlags.None, _receiveLimit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return TimedOut;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return Posix.Connections.Lost;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            _receiveLimit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    internal override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection)
    {
        await _sending.WaitAsync().ConfigureAwait(false); // records of several requests, each whole
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

    /// <summary>Waits until there is something to look at, and says whether it is the end, or the word to abort.</summary>
    internal async ValueTask<bool> WaitForEndAsync()
    {
        try
        {
            _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            return Posix.Connections.IsEndOrAbort(socket.SafeHandle);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _receiveLimit.Dispose();
        _sendLimit.Dispose();
        _sending.Dispose();
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
