using System.Net;
using System.Net.Sockets;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Worker;

namespace ProcManager;

public partial class ProcessManager
{
    private readonly Lock _gatesLock = new();
    private readonly Dictionary<Socket, Gate> _gates = [];
    private Gate? _lastGate;

    /// <summary>
    /// Opens a listening socket, before <see cref="Manage()"/>: the manager binds it once and never closes it, so no connection is
    /// refused while workers come and go; each worker gets the same socket. Manager and worker process.
    /// </summary>
    /// <param name="name">Its name, the same in manager and worker: 1 to 64 letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
    /// <param name="endPoint">TCP (<see cref="IPEndPoint"/>; port 0: any free one) or a unix socket (<see cref="UnixDomainSocketEndPoint"/>; a file left by a dead program is replaced).</param>
    /// <param name="options">Backlog, and access to a unix socket; null: the defaults.</param>
    /// <returns>The socket, for <see cref="Accept"/>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> was called already.</exception>
    /// <exception cref="ArgumentException">The name or an option is not allowed, or the name is taken.</exception>
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
        if (inherited && endPoint is IPEndPoint { Port: > 0 } asked && !asked.Equals(socket.LocalEndPoint))
        {
            Log.ListenerDiffers(_log, name, socket.LocalEndPoint?.ToString() ?? "?", asked.ToString());
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
    /// <returns>The socket, for <see cref="Accept"/>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> was called already.</exception>
    /// <exception cref="ArgumentException">The name is not allowed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The descriptor is negative, or standard output or error.</exception>
    /// <exception cref="ProcManagerException">It is not a listening stream socket; in a worker: the manager has no listener of this name.</exception>
    public Socket Listen(string name, int descriptor)
    {
        if (descriptor is < 0 or 1 or 2)
        {
            throw new ArgumentOutOfRangeException(nameof(descriptor), descriptor, $"Listener '{name}': allowed are 0, and 3 and more.");
        }

        ThrowIfManaging(name);
        if (_capture is not null)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        return _listeners.Open(name, descriptor, mayBind: Role != ProcessRole.Worker).Socket;
    }

    /// <summary>Waits for the next connection. One idle worker is woken for it; between here and <see cref="PreDispatch()"/> the worker counts as busy. Worker process.</summary>
    /// <param name="listener">A socket of <see cref="Listen(string, EndPoint, ListenOptions?)"/> or <see cref="Listen(string, int)"/>.</param>
    /// <returns>The connection; null when it is time to leave the request loop and no request is under way.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or a request has had no <see cref="PostDispatch"/>.</exception>
    public Socket? Accept(Socket listener)
    {
        WorkerProcess serving = Enter(listener);
        serving.ReadyForGate();
        Gate gate = GateOf(serving, listener);
        if (!serving.Departure.HasBegun && gate.Accept.Wait() is { } connection)
        {
            return connection;
        }

        serving.Dispatcher.SetAccepted(false);
        serving.Departure.Complete();
        serving.Departure.Drained.GetAwaiter().GetResult();
        return null;
    }

    /// <summary>As <see cref="Accept"/>, without blocking a thread of the pool.</summary>
    /// <param name="listener">A socket of <see cref="Listen(string, EndPoint, ListenOptions?)"/> or <see cref="Listen(string, int)"/>.</param>
    /// <param name="cancellationToken">Ends this wait only; no connection is lost by it.</param>
    /// <returns>The connection; null when it is time to leave the request loop and no request is under way.</returns>
    /// <remarks>A connection comes on the thread pool, the null on a thread of its own, so that a worker whose pool is stuck leaves all the same. A host that hands connections to other tasks calls <see cref="BeginRequest"/> before it awaits the next one: up to there the worker knows of the connection.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async ValueTask<Socket?> AcceptAsync(Socket listener, CancellationToken cancellationToken = default)
    {
        WorkerProcess serving = Enter(listener);
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

        serving.Dispatcher.SetAccepted(false);
        serving.Departure.Complete();
        if (!serving.Departure.Drained.IsCompleted)
        {
            await LeavingThread.After(serving.Departure.Drained, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>For a protocol of ours that serves connections without a socket object: the gate of this listener, entered.</summary>
    internal AcceptGate EnterRawGate(Socket listener, out bool leaving)
    {
        WorkerProcess serving = Enter(listener);
        serving.ReadyForGate();
        leaving = serving.Departure.HasBegun;
        return GateOf(serving, listener).Accept;
    }

    /// <summary>By a thread that entered the raw gate and does not wait there.</summary>
    internal void Settle() => Serving.Settle();

    /// <summary>Completes when this worker is told to leave, while requests may still be under way.</summary>
    internal Task LeavingBegun => Serving.Departure.Begun;

    /// <summary>It has left its loop: nothing is under way any more.</summary>
    internal void LeftRawGate()
    {
        Serving.Dispatcher.SetAccepted(false);
        Serving.Departure.Complete();
        Serving.Departure.Drained.GetAwaiter().GetResult(); // another thread may be telling it at this moment
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
        serving.Dispatcher.SetAccepted(false);
        return serving;
    }

    /// <summary>
    /// Made after <see cref="WorkerProcess.Ready"/>, not before: making it looks at what already waits. One that stands by would hear of a
    /// connection only by its wake-up, and that may have gone to the worker that it replaces.
    /// </summary>
    private Gate GateOf(WorkerProcess serving, Socket listener) =>
        _lastGate is { } last && ReferenceEquals(last.Listener, listener) ? last : FindGate(serving, listener);

    private Gate FindGate(WorkerProcess serving, Socket listener)
    {
        lock (_gatesLock)
        {
            if (!_gates.TryGetValue(listener, out Gate? gate))
            {
                var accept = new AcceptGate(listener, serving.Departure.LeaveDescriptor, serving.Dispatcher, _log, useEpoll: !Switches.NoEpoll);
                gate = new Gate(listener, accept);
                _gates.Add(listener, gate);
            }

            return _lastGate = gate;
        }
    }

    // worker process
    private void LookAgain()
    {
        lock (_gatesLock)
        {
            foreach (Gate gate in _gates.Values)
            {
                gate.Accept.LookAgain();
            }
        }
    }

    // worker process, one that is to stand by: the way of the first connection is gone once, and no trace is left of it.
    private void WarmUpGates(WorkerProcess serving)
    {
        WarmUp.WithOneConnection(listener =>
        {
            AcceptGate gate = GateOf(serving, listener).Accept;
            gate.Wait()?.Dispose();
            lock (_gatesLock)
            {
                _gates.Remove(listener);
                _lastGate = null;
            }

            gate.Close();
        });
        serving.Dispatcher.SetAccepted(false);
        WarmUp.Compile(typeof(ProcessManager), nameof(PreDispatch), nameof(PostDispatch));
        WarmUp.Compile(typeof(Dispatcher), nameof(Dispatcher.Pre), nameof(Dispatcher.Post));
        WarmUp.Compile(typeof(WorkerBoard), nameof(WorkerBoard.BeginServing));
        WarmUp.Compile(typeof(Parking), nameof(Parking.Settle));
    }

    private sealed record Gate(Socket Listener, AcceptGate Accept)
    {
        private readonly Lock _lock = new();

        internal AcceptThread Thread
        {
            get
            {
                lock (_lock)
                {
                    return field ??= new AcceptThread(Accept);
                }
            }
        }
    }
}
