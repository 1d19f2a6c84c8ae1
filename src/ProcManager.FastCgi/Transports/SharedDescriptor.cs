using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Transports;

/// <summary>
/// The descriptor of a connection that several threads use. Each use and the close exclude each other, because the number of a descriptor that is closed may be
/// another connection's at once. No use waits for the other end.
/// </summary>
internal sealed class SharedDescriptor(int descriptor) : IDisposable
{
    private readonly Lock _use = new();
    private Socket? _socket; // once made, the socket owns the descriptor
    private bool _isClosed;

    internal bool HasSocket => _socket is not null;

    /// <summary>The descriptor is closed, or <see cref="Connections.IsLost"/>.</summary>
    internal bool IsLost
    {
        get
        {
            lock (_use)
            {
                return _isClosed || Connections.IsLost(descriptor);
            }
        }
    }

    /// <summary>There is nothing to read, not even the end; or the descriptor is closed.</summary>
    internal bool IsSilent
    {
        get
        {
            lock (_use)
            {
                return _isClosed || !Connections.HasNews(descriptor);
            }
        }
    }

    internal int Receive(Span<byte> into)
    {
        lock (_use)
        {
            return _isClosed ? Connections.Lost : Connections.Receive(descriptor, into);
        }
    }

    internal int Send(ReadOnlySpan<byte> data)
    {
        lock (_use)
        {
            return _isClosed ? Connections.Lost : Connections.Send(descriptor, data);
        }
    }

    internal void EndSending()
    {
        lock (_use)
        {
            if (!_isClosed)
            {
                Connections.EndSending(descriptor);
            }
        }
    }

    /// <summary>
    /// The socket to wait with, made by the first wait. It can be used beside <see cref="Receive"/> and <see cref="Send"/> after these have said that they would block:
    /// the runtime is told of all that happens after that.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    /// <exception cref="SocketException">The runtime takes no such descriptor.</exception>
    internal Socket Socket()
    {
        lock (_use)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_socket is null)
            {
                var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
                try
                {
                    _socket = new Socket(handle);
                }
                catch
                {
                    handle.SetHandleAsInvalid(); // the descriptor is still ours to close
                    throw;
                }
            }

            return _socket;
        }
    }

    /// <summary>Ends every wait on the socket.</summary>
    public void Dispose()
    {
        lock (_use)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            if (_socket is null)
            {
                Descriptors.Close(descriptor);
                return;
            }
        }

        _socket.Dispose(); // outside the lock: the socket may have to wait for the runtime
    }
}
