using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Listening;
using ProcManager.Logging;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Systemd;
using ProcManager.Worker;

namespace ProcManager;

/// <summary>
/// Turns the program into a manager and a number of worker processes of the same program. Call <see cref="Manage()"/> before the
/// request loop: the process that was started stays in there and keeps the workers alive; each worker comes back from it and
/// serves, with <see cref="PreDispatch()"/> before and <see cref="PostDispatch"/> after each request.
/// </summary>
/// <remarks>
/// A worker is this program started again; its <c>Main</c> runs from the top. What comes before <see cref="Manage()"/> runs in the
/// manager and in every worker, so open files and databases behind it.
/// </remarks>
public partial class ProcessManager : IDisposable
{
    private static readonly Lazy<ProcessManager> Shared = new(static () => new ProcessManager());

    private readonly ILogger? _hostLog;
    private readonly NoticeLogger _log;
    private readonly NoticeQueue _words;
    private readonly LaunchRecord? _launch;
    private readonly CaptureRecord? _capture;
    private readonly SelfCommand? _self;
    private readonly ListenerTable _listeners;
    private WorkerProcess? _worker;
    private ProcessManagerOptions? _inUse; // manager process, while it manages

    /// <summary>Makes a process manager with the default options.</summary>
    public ProcessManager()
        : this(new ProcessManagerOptions())
    {
    }

    /// <summary>Makes a process manager.</summary>
    /// <param name="options">The options; they may be changed until <see cref="Manage()"/>.</param>
    /// <param name="logger">Where messages go; null: to standard error, as <c>2026-11-27T14:03:05.123+01:00 App: manager (pid 123): text</c>, with the <see cref="ProcessManagerOptions.ProcessTitle"/> as its name, and without a time when standard error is systemd's journal.</param>
    /// <exception cref="ProcManagerConfigurationException">An option is out of its range.</exception>
    /// <remarks>
    /// From here on HUP, TTIN, TTOU, USR1 and USR2 do not end or stop a program that is going to manage, unless <see cref="ProcessManagerOptions.NoSignals"/> is set or the process count is 0.
    /// An exception of this library about options, paths or addresses that the program does not catch ends it with one line on standard error and exit code 78, or 1 where a later start may succeed.
    /// </remarks>
    /// <exception cref="ProcManagerException">The environment variable by which a manager tells its workers what they are is damaged or forged.</exception>
    [OverloadResolutionPriority(1)] // so that new ProcessManager(new() { … }) means this one
    public ProcessManager(ProcessManagerOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        UncaughtMistakes.Watch();
        ProcessManagerOptionsValidator.ThrowIfInvalid(options);
        Options = options;
        _hostLog = logger;
        _launch = LaunchInfo.Current;
        _capture = LaunchInfo.Capture;
        _words = new NoticeQueue(Deliver, DeliverAtOnce) { LastTime = _launch is { IsWorker: true } ? LastTimeOfWorker : LastTimeOfManager };
        _log = NewLogger(LogCategories.Core);
        _activated = _launch is null && _capture is null && Platform.IsLinux ? PassedBySystemd.Value : ActivatedSockets.None;
        _listeners = new ListenerTable(_launch?.Listeners ?? [], ofOurPid1: _launch is { IsWorker: false }) { Activated = _activated.Take, BoundElsewhereByPid1 = _launch?.PassedOn ?? [], FilesBefore = _launch?.Files ?? [], IsTrial = _launch is { Trial: >= 0 }, AreChannels = _launch is { IsPerRequest: true } };
        _before = ReadBefore();
        _starter = _launch is { Starter: >= 0 } detached ? new StartReport(detached.Starter) : null;
        if (_launch is { IsWorker: true } worker)
        {
            CrashNotice.Arm(worker.Lifeline);
            BootGuard.Arm(worker.StartTimeout);
            if (Terminal.StopsWriting)
            {
                Signals.Ignore(Signals.TTOU); // a worker is always in the background, and would be stopped at the program's first line
            }
        }
        else if (Platform.IsLinux)
        {
            _self = SelfCommand.Read();
            if (_launch is null && _capture is null)
            {
                StandardDescriptors.Mend(_self);
            }

            HearSignals();
        }
    }

    /// <summary>Makes a process manager with the options of a configuration's section <see cref="ProcessManagerOptions.SectionName"/>.</summary>
    /// <param name="configuration">The configuration, such as one made of command-line switches like <c>--ProcessManager:ProcessCount=8</c>. It is read again at each reload. A worker uses what the manager has read.</param>
    /// <param name="logger">Where messages go; null: to standard error.</param>
    /// <exception cref="ProcManagerConfigurationException">The section has a key that is no option, or a value that cannot be read or is out of its range.</exception>
    public ProcessManager(IConfiguration configuration, ILogger? logger = null)
        : this(ProcessManagerConfiguration.Read(InUse(configuration, ProcessManagerOptions.SectionName)), logger) =>
        ReadAtReload(new ProcessManagerPart(configuration, Options, change => Use(_inUse!, change)));

    /// <summary>A ready-made instance for the short style: <c>ProcessManager.Default.Manage(processCount: 10)</c>.</summary>
    public static ProcessManager Default => Shared.Value;

    /// <summary>The options. Changes in code after <see cref="Manage()"/> have no effect; a reload changes those that have changed in the configuration.</summary>
    public ProcessManagerOptions Options { get; }

    /// <summary>What this process is. Known before <see cref="Manage()"/> too.</summary>
    public ProcessRole Role => _launch is { IsWorker: true } ? ProcessRole.Worker
        : Options.ProcessCount == 0 ? ProcessRole.Unmanaged
        : ProcessRole.Manager;

    /// <summary>The worker's slot, counted from 0; -1 in the manager and in a plain process.</summary>
    public int Slot => _launch?.Slot ?? -1;

    /// <summary>The worker's generation: 1 at first, one more with each reload; 0 in the manager and in a plain process.</summary>
    public int Generation => _launch is { IsWorker: true } launch ? launch.Generation : 0;

    /// <summary>The scoreboard: the pool as it is now, readable in the manager and in every worker.</summary>
    public ScoreboardView Scoreboard => field ??= new ScoreboardView(() => _board?.Memory ?? _worker?.Scoreboard);

    /// <summary>Lets go what this instance holds: in a process that does not manage yet, or no longer, its signal handlers. A worker keeps them until it ends.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go what this instance holds.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        // In a worker the handlers stay: a leaving worker may still get the TERM that told it to leave.
        if (disposing && _launch is not { IsWorker: true } && _inbox is null)
        {
            StopHearingSignals();
        }
    }
}
