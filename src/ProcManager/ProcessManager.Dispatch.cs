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
    /// than in <see cref="Accept"/>. Whoever reads it is expected to wait on it and is let out of the wait, not ended.
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

    private WorkerProcess Serving => _worker ?? throw new InvalidOperationException("Call Manage before the request loop: this process serves no requests (yet).");

    /// <summary>First thing in a request: from here to <see cref="PostDispatch"/> the worker is busy and does not leave, whatever it is told. One request at a time; no system call, no allocation, no lock. Worker process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called, or the request before has not had its <see cref="PostDispatch"/>.</exception>
    public void PreDispatch()
    {
        WorkerProcess serving = Serving;
        serving.Ready();
        serving.Dispatcher.Pre();
    }

    /// <summary>
    /// Last thing in a request. Here a worker leaves that was told to (TERM, HUP, INT, QUIT, <see cref="Leave"/>, the manager's death, the request limit): a host that
    /// waits in <see cref="Accept"/> or on <see cref="Stopping"/> is let out of that wait, one with a wait of its own is ended here
    /// with exit code 0. Worker process.
    /// </summary>
    /// <exception cref="InvalidOperationException">There was no <see cref="PreDispatch"/>.</exception>
    public void PostDispatch() => Serving.Dispatcher.Post();

    /// <summary>Begins one of several requests at once; disposing the result ends it. A worker leaves when the last one has ended. Worker process.</summary>
    /// <param name="text">What it is, such as <c>GET /orders</c>; its first 64 bytes are shown in the scoreboard while it is the oldest.</param>
    /// <param name="client">The client's address; its first 48 bytes are shown.</param>
    /// <returns>The request; dispose it in any case.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public RequestScope BeginRequest(string? text = null, string? client = null)
    {
        WorkerProcess serving = Serving;
        serving.Ready();
        return serving.Dispatcher.Begin(text, client);
    }

    /// <summary>
    /// Tells the manager that this worker is ready. Only for hosts that opened listeners and wait elsewhere than in
    /// <see cref="Accept"/>; the first wait there and the first request say it too. Further calls do nothing. Worker process.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public void Ready() => Serving.Ready();

    /// <summary>Makes this worker leave as a TERM would: it finishes what is under way, and the manager replaces it. Worker process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public void Leave() => Serving.LeaveForHost();
}
