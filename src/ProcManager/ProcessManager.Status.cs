using System.Net;
using System.Net.Sockets;
using ProcManager.Control;
using ProcManager.Diagnostics;
using ProcManager.Listening;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Status;
using ProcManager.Supervision;

namespace ProcManager;

/// <content>What the process tells of the pool.</content>
public partial class ProcessManager
{
    private volatile PoolState? _state; // manager process, as the last turn left it
    private WorkerMeter? _meter; // worker process
    private readonly RequestAges _requestAges = new();
    private readonly List<IStatusPart> _statusParts = []; // before managing begins
    private Func<TimeSpan?> _loopBusySince = static () => null;
    private readonly List<(UnixListener Listener, bool IsInOwnFolder, Action ListenAgain)> _ownSockets = []; // manager process: of the control socket and the status page

    /// <summary>The pool as text for people: its scoreboard with a legend, a line for each worker, the listeners and the last exits. The status page has the same as <c>/status.txt</c>. Manager and worker process, from any thread.</summary>
    /// <returns>Lines that end with <c>\n</c>.</returns>
    /// <exception cref="InvalidOperationException">Nothing is managed (yet): there is no scoreboard.</exception>
    public string Status() => TextReport.Write(Reports().Read(), _statusParts);

    /// <summary>
    /// Why the pool is not where it should be: what the manager waits for, and for each worker what is expected of it, until when, and what comes then. For the question "why does it not exit?". Manager process, from any thread.
    /// </summary>
    /// <returns>Lines that end with <c>\n</c>.</returns>
    /// <exception cref="InvalidOperationException">This process does not manage.</exception>
    public string Peek() => PeekText.Write(
        _state ?? throw new InvalidOperationException("This process does not manage (yet): Peek works in the manager, from Manage on."),
        Scoreboard.Snapshot(),
        Monotonic.Now);

    /// <summary>More for the reports; before managing begins.</summary>
    internal void AddStatusPart(IStatusPart part) => _statusParts.Add(part);

    internal ReportSource Reports() => new(Title, Scoreboard.Snapshot, Facts, DescribeListeners, new Health(() => _loopBusySince()), _requestAges);

    private PoolFacts Facts() => _state is { } state
        ? new PoolFacts(PhaseOf(state), state.Breaker.Open, state.Policy.Demand.Sizing, _inUse?.MemoryMeasure ?? Options.MemoryMeasure, state.IsPaused, StopsIn(state), state.Most)
        : new PoolFacts(null, false, Options.Sizing, Options.MemoryMeasure);

    private static TimeSpan? StopsIn(PoolState state) => state.DrainUntil is { } until ? TimeSpan.FromTicks(Math.Max(0, (until - Monotonic.Now).Ticks)) : null;

    private static string PhaseOf(PoolState state) => state switch
    {
        { Phase: not PoolPhase.Running } => StatusPhases.Stopping,
        { DrainUntil: not null } => StatusPhases.Draining,
        { ReadyAnnounced: true } => StatusPhases.Running,
        _ => StatusPhases.Starting,
    };

    private List<ListenerReport> DescribeListeners() => [.. _listeners.Report().Select(static l => new ListenerReport(l.Name, l.Address, l.Queue, l.Backlog))];

    private List<ListenerQueue> ListenerQueues() =>
        [.. _listeners.Report().Where(static l => l is { Queue: not null, Backlog: > 0 }).Select(static l => new ListenerQueue(l.Name, l.Queue!.Value, l.Backlog!.Value))];

    // Manager process. The tool is a convenience: where no socket can be made, the pool runs without.
    private ControlServer? OpenControlSocket(ProcessManagerOptions options, Inbox inbox, EventHub events)
    {
        try
        {
            // After a restart in place the socket stays where scripts look for it.
            string? kept = options.ControlSocket == ControlPath.Auto ? _before?.Sockets.FirstOrDefault(static s => s.Name == "control")?.Address : null;
            if ((kept ?? ControlPath.Choose(options.ControlSocket, options.PidFile, LaterUser(options))) is not { } path)
            {
                return null;
            }

            var listener = (UnixListener)BindOwn("control", SocketPath.EndPoint($"{ProcessManagerOptions.SectionName}:{nameof(options.ControlSocket)}", path), AccessOf(options, UnixFileMode.UserRead | UnixFileMode.UserWrite));
            StatusLog.Controls(_log, path);
            var pool = new PoolControl(Reports(), Scoreboard.Snapshot, Peek, inbox, events, () => _state is { IsStopping: true }, () => options.CaptureTimeout);
            var server = new ControlServer(listener, client => new ControlSession(client, pool).Run(), "manager", _log);
            _ownSockets.Add((listener, options.ControlSocket == ControlPath.Auto && ControlPath.IsOwn(Path.GetDirectoryName(path)), server.ListenAgain));
            return server;
        }
        catch (Exception e) when (e is ProcManagerException or PosixException or ArgumentException && options.ControlSocket == ControlPath.Auto)
        {
            StatusLog.NoControl(_log, e.Message);
            return null;
        }
    }

    // Manager process, at HUP: a clean-up, or the end of the user's last session (logind), may have taken a file or its folder.
    private void RenewOwnSockets()
    {
        foreach ((UnixListener listener, bool isInOwnFolder, Action listenAgain) in _ownSockets)
        {
            try
            {
                if (isInOwnFolder && !ControlPath.TryPrepare(Path.GetDirectoryName(listener.Path)!))
                {
                    StatusLog.SocketNotRenewed(_log, listener.Name, listener.Path, "its folder cannot be made, or other users may change it");
                    continue;
                }

                if (listener.Renew())
                {
                    listenAgain();
                    StatusLog.SocketRenewed(_log, listener.Name, listener.Path);
                }
            }
            catch (Exception e) when (e is ProcManagerException or PosixException)
            {
                StatusLog.SocketNotRenewed(_log, listener.Name, listener.Path, e.Message);
            }
        }
    }

    internal static EndPoint? StatusEndPoint(StatusOptions options) => options.EndPoint is { } text && ListenAddress.TryRead(text, out ListenAddress address)
        ? address.EndPoint ?? SocketPath.EndPoint($"{ProcessManagerOptions.SectionName}:{StatusOptions.SectionName}:{nameof(StatusOptions.EndPoint)}", address.Path!)
        : null;

    // Manager process. The socket is bound before the first worker is started, so that a wrong address ends the start.
    private StatusServer? OpenStatusPage(ProcessManagerOptions all)
    {
        StatusOptions options = all.Status;
        if (StatusEndPoint(options) is not { } endPoint)
        {
            return null;
        }

        Socket listener = BindOwn("status", endPoint, AccessOf(all, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        var content = new PoolStatus(Reports(), _statusParts);
        var server = new StatusServer(listener, content, new StatusAnswers(content, options.Token, endPoint is IPEndPoint && options.Token is null), _log);
        if (listener is UnixListener unix)
        {
            _ownSockets.Add((unix, false, server.ListenAgain));
        }

        StatusLog.Serves(_log, endPoint is not IPEndPoint ? ListenerText.Address(listener) : $"http://{ListenerText.Address(listener)}/");
        return server;
    }
}
