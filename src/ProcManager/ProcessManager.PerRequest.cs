using System.Net.Sockets;
using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager;

/// <content>One request, one process (<see cref="PoolSizing.PerRequest"/>): connections that a host accepts by itself, and what a worker gets with them.</content>
public partial class ProcessManager
{
    private readonly DispatchGate _dispatching = new();
    private Socket? _channel; // worker process, where the program has opened no listener

    /// <summary>
    /// What <see cref="Dispatch(SafeHandle, ReadOnlyMemory{byte})"/> has sent with the connection that this worker got last; empty when nothing was sent with it. <see cref="PoolSizing.PerRequest"/>. Worker process.
    /// </summary>
    public ReadOnlyMemory<byte> Dispatched => _worker?.Dispatcher.Handed?.Data ?? default;

    /// <summary>As <see cref="Dispatch(SafeHandle, ReadOnlyMemory{byte})"/>, without data.</summary>
    /// <param name="connection">The connection. True: it is the pool's, and is closed here.</param>
    /// <returns>False: too many wait, or the pool stops; the connection is still the caller's.</returns>
    /// <exception cref="InvalidOperationException">This process does not manage yet, or <see cref="ProcessManagerOptions.Sizing"/> is not <see cref="PoolSizing.PerRequest"/>.</exception>
    public bool Dispatch(Socket connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (!Dispatch(connection.SafeHandle, default, closes: false))
        {
            return false;
        }

        connection.Dispose();
        return true;
    }

    /// <summary>
    /// Gives a connection that the host has accepted by itself to a worker of a pool with <see cref="PoolSizing.PerRequest"/>, as if it had come to the program's first listener. In the worker it comes from <see cref="Accept(Socket)"/> of that listener;
    /// in a program without a listener, from <see cref="Accept()"/>. Does not wait. The connection is given to a worker that waits for one, or waits in the manager: as many wait as <see cref="ProcessManagerOptions.MaxCount"/> says, no more.
    /// Connections that wait are closed when the pool stops. Manager process, from any thread, from <see cref="Started"/> on. See sendmsg(2), SCM_RIGHTS in unix(7).
    /// </summary>
    /// <param name="connection">A connected socket. True: it is the pool's, and is closed here.</param>
    /// <param name="data">What the worker finds in <see cref="Dispatched"/>, such as what the host has read already. At most 65,536 bytes; the caller does not change it afterwards.</param>
    /// <returns>True: the pool has it. False: too many wait, or the pool stops; the connection is still the caller's.</returns>
    /// <exception cref="ArgumentException">It is no socket, or there is more data.</exception>
    /// <exception cref="InvalidOperationException">This process does not manage yet, or <see cref="ProcessManagerOptions.Sizing"/> is not <see cref="PoolSizing.PerRequest"/>.</exception>
    public bool Dispatch(SafeHandle connection, ReadOnlyMemory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Dispatch(connection, data, closes: true);
    }

    /// <summary>
    /// As <see cref="Accept(Socket)"/> of the first listener; for a program that has opened none and gets its connections by <see cref="Dispatch(Socket)"/>. <see cref="PoolSizing.PerRequest"/>. Worker process.
    /// </summary>
    /// <returns>The connection; null when it is time to leave and no request is under way.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or <see cref="ProcessManagerOptions.Sizing"/> is not <see cref="PoolSizing.PerRequest"/>.</exception>
    public Socket? Accept() => Accept(FirstChannel());

    /// <summary>As <see cref="Accept()"/>, without blocking a thread of the pool.</summary>
    /// <param name="cancellationToken">Ends this wait only; no connection is lost by it.</param>
    /// <returns>The connection; null when it is time to leave and no request is under way.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or <see cref="ProcessManagerOptions.Sizing"/> is not <see cref="PoolSizing.PerRequest"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public ValueTask<Socket?> AcceptAsync(CancellationToken cancellationToken = default) => AcceptAsync(FirstChannel(), cancellationToken);

    /// <summary>The request under way is the last that this worker may have: a connection is not kept behind it.</summary>
    internal bool IsInLastRequest => _worker is { Dispatcher.Handed.IsLast: true };

    /// <summary>This worker serves one request after the other, on one connection at a time.</summary>
    internal bool IsOneAtATime => _worker is { Dispatcher.Handed: not null };

    private Socket FirstChannel()
    {
        _ = Serving;
        return _launch is { IsPerRequest: true }
            ? _channel ??= _listeners.First() ?? _listeners.Open(WorkerChannel.WithoutListener, -1, mayBind: false).Socket
            : throw new InvalidOperationException(Options.Sizing == PoolSizing.PerRequest
                ? $"Accept without a listener waits for connections of Dispatch, which takes a manager, but this is one plain process: {ProcessManagerOptions.SectionName}:{nameof(Options.ProcessCount)} is 0. Set it to 1 or more, or call Listen before Manage, and Accept with that listener."
                : $"Accept without a listener is for {nameof(PoolSizing)}.{nameof(PoolSizing.PerRequest)}; {ProcessManagerOptions.SectionName}:{nameof(Options.Sizing)} is {Options.Sizing}. Call Listen before Manage, and Accept with that listener.");
    }

    private bool Dispatch(SafeHandle connection, ReadOnlyMemory<byte> data, bool closes)
    {
        if (data.Length > ConnectionChannel.MaxData)
        {
            throw new ArgumentException($"There are {data.Length} bytes of data; allowed: at most {ConnectionChannel.MaxData}. Put more into a file or a pipe, and send its name.", nameof(data));
        }

        if (_inUse is { Sizing: not PoolSizing.PerRequest and var sizing })
        {
            throw new InvalidOperationException($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.Sizing)} is {sizing}; Dispatch is for {PoolSizing.PerRequest}.");
        }

        if (_inUse is not { } options || _inbox is not { } inbox)
        {
            return _dispatching.IsClosed // managing has ended: a host's thread that accepts is not to fail for that
                ? false
                : throw new InvalidOperationException("This process does not manage (yet). Dispatch is for the manager's process, from the event Started on.");
        }

        PoolState? state = _state;
        if (state is not null and not { Phase: PoolPhase.Running }
            || !_dispatching.TryPost(state?.Most ?? DemandPolicy.From(options).Most, () => inbox.Post(new ManagerEvent.Arrived(new HandedConnection(Copy(connection), _listeners.FirstName ?? WorkerChannel.WithoutListener) { Data = data, IsDispatched = true }))))
        {
            return false;
        }

        if (closes)
        {
            Close(connection);
        }

        return true;
    }

    // Disposed by itself, the handle of a socket closes with SO_LINGER at 0, an option that the worker's copy has then, too: its answer would be cut off by a reset.
    private static void Close(SafeHandle connection)
    {
        if (connection is SafeSocketHandle socket)
        {
            new Socket(socket).Dispose();
        }
        else
        {
            connection.Dispose();
        }
    }

    private static int Copy(SafeHandle connection)
    {
        bool held = false;
        try
        {
            connection.DangerousAddRef(ref held);
            int fd = (int)connection.DangerousGetHandle();
            return ConnectionChannel.Copy(fd) is >= 0 and var copy ? copy : throw new ArgumentException($"Descriptor {fd} is no socket; a worker can be handed sockets only.", nameof(connection));
        }
        finally
        {
            if (held)
            {
                connection.DangerousRelease();
            }
        }
    }

    // manager process, on the loop
    private void LeavesQueue(HandedConnection connection)
    {
        if (connection.IsDispatched)
        {
            _dispatching.Left();
        }
    }

    // manager process, at its end: what the host has given it in the last moment
    private void CloseLeft(Inbox? inbox)
    {
        while (inbox?.TryTake(out ManagerEvent? last) == true)
        {
            if (last is ManagerEvent.Arrived { Connection: var connection })
            {
                Descriptors.Close(connection.Descriptor);
                LeavesQueue(connection);
            }
        }
    }

    // manager process; it accepts by itself, and must not wait for a client that has gone meanwhile
    private string[] ListenersToAccept(ProcessManagerOptions options)
    {
        if (options.Sizing == PoolSizing.PerRequest)
        {
            foreach (Handover.InheritedListener listener in _listeners.ToHandOver)
            {
                Descriptors.SetNonBlocking(listener.Descriptor);
            }
        }

        return [.. _listeners.ToHandOver.Select(static l => l.Name)];
    }
}
