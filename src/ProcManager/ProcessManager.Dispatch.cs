using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager;

public partial class ProcessManager
{
    /// <summary>
    /// True from the moment this worker was told to leave. An answer on a connection that the client would keep is a good place
    /// to look at it and to close.
    /// </summary>
    public bool IsLeaving => _worker?.Departure.HasBegun ?? false;

    /// <summary>
    /// Fires when leaving now loses nothing: the worker was told to leave and no request is under way. For hosts that wait elsewhere
    /// than in <see cref="Accept(System.Net.Sockets.Socket)"/>. Whoever reads it is expected to wait on it and is let out of the wait, not ended.
    /// Worker process; with a process count of 0 only <see cref="Leave"/> makes it fire.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public CancellationToken Stopping => Serving.Departure.Stopping;

    /// <summary>How often each of HUP, INT, QUIT, TERM, TTIN and TTOU has come to this worker. Worker process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public IReadOnlyDictionary<PosixSignal, int> ReceivedSignals => new Dictionary<PosixSignal, int>
    {
        [PosixSignal.SIGHUP] = Serving.Received(Signals.HUP),
        [PosixSignal.SIGINT] = Serving.Received(Signals.INT),
        [PosixSignal.SIGQUIT] = Serving.Received(Signals.QUIT),
        [PosixSignal.SIGTERM] = Serving.Received(Signals.TERM),
        [PosixSignal.SIGTTIN] = Serving.Received(Signals.TTIN),
        [PosixSignal.SIGTTOU] = Serving.Received(Signals.TTOU),
    };

    /// <summary>Requests are watched, so it is worth while to say what each is.</summary>
    internal bool IsWatched => Options.WatchdogInterval is not null || Supervision.WatchdogPolicy.Tightest(Options) is not null;

    private WorkerProcess Serving => _worker ?? throw new InvalidOperationException("Call Manage before the request loop: this process serves no requests (yet).");

    /// <summary>First thing in a request: from here to <see cref="PostDispatch"/> the worker is busy and does not leave, whatever it is told. One request at a time; no system call, no allocation, no lock. Worker process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or the request before has not had its <see cref="PostDispatch"/>.</exception>
    public void PreDispatch()
    {
        WorkerProcess serving = Serving;
        serving.Ready();
        serving.Dispatcher.Pre();
    }

    /// <summary>As <see cref="PreDispatch()"/>, for a request with a limit of its own, in place of <see cref="ProcessManagerOptions.RequestTimeout"/>. Worker process.</summary>
    /// <param name="timeout">How long it may take; above zero. Looked after when <see cref="ProcessManagerOptions.RequestTimeout"/> or <see cref="ProcessManagerOptions.WatchdogInterval"/> is set.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="InvalidOperationException">As of <see cref="PreDispatch()"/>.</exception>
    public void PreDispatch(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        PreDispatch();
        Serving.Dispatcher.Extend(timeout);
    }

    /// <summary>As <see cref="PreDispatch()"/>, and says what the request is: for the scoreboard, and for the watchdog's line if it hangs. Takes a lock that is never held for long; no allocation. Worker process.</summary>
    /// <param name="request">What it is, such as <c>GET /orders</c>; its first 64 bytes are kept.</param>
    /// <param name="client">The client's address; its first 48 bytes are kept.</param>
    /// <param name="timeout">How long it may take; null: as the options say.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="InvalidOperationException">As of <see cref="PreDispatch()"/>.</exception>
    public void PreDispatch(string? request, string? client = null, TimeSpan? timeout = null)
    {
        if (timeout is { } time)
        {
            PreDispatch(time);
        }
        else
        {
            PreDispatch();
        }

        Serving.Dispatcher.Describe(request, client);
    }

    /// <summary>Says what the request under way is, when that is known only after <see cref="PreDispatch()"/>: for the scoreboard, and for the watchdog's line if it hangs. Worker process.</summary>
    /// <param name="request">What it is, such as <c>GET /orders</c>; its first 64 bytes are kept.</param>
    /// <param name="client">The client's address; its first 48 bytes are kept.</param>
    /// <exception cref="InvalidOperationException">No request of <see cref="PreDispatch()"/> is under way.</exception>
    public void Describe(string? request, string? client = null) => Serving.Dispatcher.Describe(request, client);

    /// <summary>Declares the request under way long: <see cref="ProcessManagerOptions.LongRequestTimeout"/> holds for it, unless it has a limit of its own. For one of <see cref="PreDispatch()"/>; a <see cref="RequestScope"/> has its own. Worker process.</summary>
    /// <exception cref="InvalidOperationException">No request is under way.</exception>
    public void MarkLong() => Serving.Dispatcher.MarkLong();

    /// <summary>Gives the request under way so much time from now on, instead of the limit it had. For one of <see cref="PreDispatch()"/>; a <see cref="RequestScope"/> has its own. Worker process.</summary>
    /// <param name="time">From now; above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="InvalidOperationException">No request is under way.</exception>
    public void Extend(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        Serving.Dispatcher.Extend(time);
    }

    /// <summary>
    /// Last thing in a request. Here a worker leaves that was told to (TERM, HUP, INT, QUIT, <see cref="Leave"/>, the manager's death, the request limit): a host that
    /// waits in <see cref="Accept(System.Net.Sockets.Socket)"/> or on <see cref="Stopping"/> is let out of that wait, one with a wait of its own is ended here
    /// with exit code 0. Worker process.
    /// </summary>
    /// <exception cref="InvalidOperationException">There was no <see cref="PreDispatch()"/>.</exception>
    public void PostDispatch() => Serving.Dispatcher.Post();

    /// <summary>Begins one of several requests at once; disposing the result ends it. A worker leaves when the last one has ended. Worker process.</summary>
    /// <param name="text">What it is, such as <c>GET /orders</c>; its first 64 bytes are shown in the scoreboard while it is the oldest.</param>
    /// <param name="client">The client's address; its first 48 bytes are shown.</param>
    /// <param name="timeout">How long it may take; null: as the options say.</param>
    /// <returns>The request; dispose it in any case.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public RequestScope BeginRequest(string? text = null, string? client = null, TimeSpan? timeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(timeout));
        WorkerProcess serving = Serving;
        serving.Ready();
        return serving.Dispatcher.Begin(text, client, timeout);
    }

    /// <summary>
    /// Tells the manager that this worker is ready. Only for hosts that opened listeners and wait elsewhere than in
    /// <see cref="Accept(System.Net.Sockets.Socket)"/>; the first wait there and the first request say it too. A worker that stands by (<see cref="ProcessManagerOptions.StandbyCount"/>) waits in here
    /// for its turn. Further calls do nothing. Worker process.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public void Ready() => Serving.Ready();

    /// <summary>Makes this worker leave as a TERM would: it finishes what is under way, and the manager replaces it. Before it was ready it is a failed start, which counts towards <see cref="ProcessManagerOptions.CrashLimit"/> and fails a reload. Worker process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public void Leave() => Serving.LeaveForHost();
}
