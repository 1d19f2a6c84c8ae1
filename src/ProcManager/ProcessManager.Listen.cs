using System.Net;
using System.Net.Sockets;
using ProcManager.Diagnostics;
using ProcManager.Worker;

namespace ProcManager;

public partial class ProcessManager
{
    /// <summary>
    /// Opens a listening socket, before <see cref="Manage()"/>: the manager binds it once and never closes it, so no connection is
    /// refused while workers come and go; each worker gets the same socket. A socket that systemd has bound for this name (socket activation, sd_listen_fds(3)) is taken instead. Manager and worker process.
    /// </summary>
    /// <param name="name">Its name, the same in manager and worker: 1 to 64 letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
    /// <param name="endPoint">TCP (<see cref="IPEndPoint"/>; port 0: any free one) or a unix socket (<see cref="UnixDomainSocketEndPoint"/>; a file left by a dead program is replaced).</param>
    /// <param name="options">Backlog, how long silent clients of TCP are kept back, and access to a unix socket; null: the defaults.</param>
    /// <returns>The socket, for <see cref="Accept(Socket)"/>. In a worker of <see cref="PoolSizing.PerRequest"/> it only stands for the listener: it has no <see cref="Socket.LocalEndPoint"/> of its own, and what waits by itself on it gets nothing.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> was called already.</exception>
    /// <exception cref="ArgumentException">The name is not allowed or taken.</exception>
    /// <exception cref="ProcManagerConfigurationException">The backlog, or <see cref="ListenOptions.DeferAccept"/>, is not allowed.</exception>
    /// <exception cref="ProcManagerException">It cannot be bound, or another program listens there; in a worker: the manager did not bind it.</exception>
    public Socket Listen(string name, EndPoint endPoint, ListenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ThrowIfManaging(name);
        if (_capture is not null)
        {
            return new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified); // this process looks at a hung worker and serves nobody
        }

        (Socket socket, bool inherited) = _listeners.Open(name, endPoint, options ?? new ListenOptions(), mayBind: Role != ProcessRole.Worker);
        if (inherited && !_listeners.AreChannels && endPoint is IPEndPoint { Port: > 0 } asked && !asked.Equals(socket.LocalEndPoint))
        {
            WorkerLog.ListenerDiffers(_log, name, socket.LocalEndPoint?.ToString() ?? "?", asked.ToString());
        }

        return socket;
    }

    /// <summary>
    /// Takes a listening socket that this program was started with, before <see cref="Manage()"/>: FastCGI's convention is descriptor 0
    /// (FastCGI specification 2.2), which then becomes <c>/dev/null</c>. The manager takes it, each worker gets the same socket. Who bound
    /// it keeps it: a unix socket's file is not removed. Manager and worker process.
    /// </summary>
    /// <param name="name">Its name, the same in manager and worker: 1 to 64 letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
    /// <param name="descriptor">The descriptor's number in the process that was started: 0, or 3 and more.</param>
    /// <returns>The socket, for <see cref="Accept(Socket)"/>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> was called already.</exception>
    /// <exception cref="ArgumentException">The name is not allowed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The descriptor is negative, or standard output or error.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    /// <exception cref="ProcManagerException">It is not a listening stream socket; in a worker: the manager has no listener of this name.</exception>
    public Socket ListenInherited(string name, int descriptor)
    {
        if (descriptor is < 0 or 1 or 2)
        {
            throw new ArgumentOutOfRangeException(nameof(descriptor), descriptor, $"Listener '{name}': allowed are 0, and 3 and more.");
        }

        ThrowIfManaging(name);
        Platform.ThrowIfNotLinux($"The inherited listener '{name}'", $"Call {nameof(Listen)} with an address.");
        if (_capture is not null)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        return _listeners.Open(name, descriptor, mayBind: Role != ProcessRole.Worker).Socket;
    }

    /// <summary>
    /// Waits for the next connection. One idle worker is woken for it. From here to <see cref="PreDispatch()"/> or <see cref="BeginRequest"/> the worker counts as busy.
    /// The connection is the caller's to dispose: write <c>using (connection)</c> first. A connection that its client has reset meanwhile is not given out. Worker process.
    /// </summary>
    /// <param name="listener">A socket of <see cref="Listen"/> or <see cref="ListenInherited"/>.</param>
    /// <returns>The connection; null when it is time to leave the request loop and no request is under way.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or a request has had no <see cref="PostDispatch"/>.</exception>
    public Socket? Accept(Socket listener)
    {
        WorkerProcess serving = Enter(listener);
        serving.ReadyForGate(awaits: false);
        if (!Platform.IsLinux)
        {
            return serving.PlainAccept.NextAsync(listener, CancellationToken.None).GetAwaiter().GetResult();
        }

        AcceptGate gate = GateOf(serving, listener).Accept;
        gate.NextIsAsked();
        if (gate.Wait() is { } connection)
        {
            return connection;
        }

        serving.Departure.Complete();
        serving.Departure.Drained.GetAwaiter().GetResult();
        return null;
    }

    /// <summary>As <see cref="Accept(Socket)"/>, without blocking a thread of the pool.</summary>
    /// <param name="listener">A socket of <see cref="Listen"/> or <see cref="ListenInherited"/>.</param>
    /// <param name="cancellationToken">Ends this wait only; no connection is lost by it.</param>
    /// <returns>The connection; null when it is time to leave the request loop and no request is under way.</returns>
    /// <remarks>
    /// A connection comes on the thread pool, the null on a thread of its own, so that a worker whose pool is stuck leaves all the same. A connection that waits already
    /// is taken without a change of threads. A host that hands connections to other tasks calls <see cref="BeginRequest"/> before it awaits the next connection: up to
    /// there the worker knows of the connection.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public ValueTask<Socket?> AcceptAsync(Socket listener, CancellationToken cancellationToken = default)
    {
        WorkerProcess serving = Enter(listener);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Socket?>(cancellationToken);
        }

        if (!Platform.IsLinux)
        {
            serving.ReadyForGate(awaits: true);
            return new ValueTask<Socket?>(serving.PlainAccept.NextAsync(listener, cancellationToken));
        }

        if (serving.IsReady)
        {
            AcceptGate gate = GateOf(serving, listener).Accept;
            gate.NextIsAsked();
            if (gate.TryTake() is { } connection)
            {
                return new ValueTask<Socket?>(connection);
            }
        }

        return AcceptResult.Of(WaitAsync(serving, listener, cancellationToken));
    }

    private async ValueTask<AcceptedSocket?> WaitAsync(WorkerProcess serving, Socket listener, CancellationToken cancellationToken)
    {
        await serving.ReadyAsync().ConfigureAwait(false);
        Gate gate = GateOf(serving, listener);
        while (!serving.Departure.HasBegun)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await gate.Thread.NextAsync(cancellationToken).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }
        }

        serving.Departure.Complete();
        if (!serving.Departure.Drained.IsCompleted)
        {
            await LeavingThread.After(serving.Departure.Drained, _log, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Where this process's messages go.</summary>
    internal Microsoft.Extensions.Logging.ILogger Logger => _log;

    private void ThrowIfManaging(string name)
    {
        if (_worker is not null || _inbox is not null)
        {
            throw new InvalidOperationException($"Listener '{name}' is opened after Manage. Call Listen before: the manager binds the sockets, the workers inherit them.");
        }
    }

    private WorkerProcess Enter(Socket listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        WorkerProcess serving = Serving;
        if (serving.Dispatcher.InDispatch)
        {
            throw new InvalidOperationException("The next connection is asked for while a request has had its PreDispatch but not its PostDispatch.");
        }

        serving.Departure.LetOut();
        ConnectionInHand.EndOfFlow(); // given up without a request
        return serving;
    }
}
