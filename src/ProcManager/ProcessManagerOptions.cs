using ProcManager.Control;

namespace ProcManager;

/// <summary>
/// Everything that can be set before <see cref="ProcessManager.Manage()"/>. Read once, when managing begins; later changes have no effect.
/// Times are monotonic: a clock that is set or a machine that sleeps does not end a limit early.
/// </summary>
public sealed partial class ProcessManagerOptions
{
    /// <summary>The configuration section that <see cref="ProcessManager(Microsoft.Extensions.Configuration.IConfiguration, Microsoft.Extensions.Logging.ILogger?)"/> reads.</summary>
    public const string SectionName = "ProcessManager";

    /// <summary>How many workers are kept alive (<see cref="PoolSizing.Static"/>), or may live at most when <see cref="MaxCount"/> is not given. 0: nothing is managed, the program runs as one plain process.</summary>
    /// <value>The default is the number of processors. 0 to 2048.</value>
    public int ProcessCount { get; set; } = Math.Min(System.Environment.ProcessorCount, Limits.MaxProcessCount);

    /// <summary>The pause between two starts of workers.</summary>
    /// <value>The default is zero. Zero to 1 hour.</value>
    public TimeSpan StartDelay { get; set; }

    /// <summary>How long a worker may take from its start until it waits for its first request (or calls <see cref="ProcessManager.Ready"/>). After it, the worker is killed and counts as failed.</summary>
    /// <value>The default is 60 seconds. 10 milliseconds to 24 hours; null waits for ever.</value>
    public TimeSpan? StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a worker that was told to leave may take. After it, the worker is killed, and a manager that was stopping exits with 1.</summary>
    /// <value>The default is 60 seconds. 10 milliseconds to 24 hours; null waits for ever.</value>
    public TimeSpan? DieTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Where the manager writes its process id; locked while it lives (fcntl(2), F_OFD_SETLK) and removed when the last worker is gone.</summary>
    /// <value>The default is null: no pid file.</value>
    public string? PidFile { get; set; }

    /// <summary>
    /// The process title that <c>ps</c> shows for the manager; a worker shows it with <c>: worker N</c> behind it. Linux only. Lines on standard error have it in front of each message, on every system. By
    /// <c>pkill -x</c>, which compares the first 15 bytes, the title finds the manager and none of its workers.
    /// </summary>
    /// <value>The default is null: the program's name, which is its assembly's. 1 to 64 characters, no control characters.</value>
    public string? ProcessTitle { get; set; }

    /// <summary>No signal handler is installed, in the manager and in the workers; the host drives it by method calls (<see cref="ProcessManager.Reload"/>, <see cref="ProcessManager.Stop"/>, <see cref="ProcessManager.Leave"/>).</summary>
    /// <value>The default is false.</value>
    public bool NoSignals { get; set; }

    /// <summary>How a reload replaces the workers.</summary>
    /// <value>The default is <see cref="ReloadStrategy.Rolling"/>.</value>
    public ReloadStrategy ReloadStrategy { get; set; }

    /// <summary>How long the first new worker of a rolling reload must live after it became ready before the others are replaced. Also how long a worker started on trial after a crash loop must live.</summary>
    /// <value>The default is 1 second. Zero to 1 hour.</value>
    public TimeSpan CanaryTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many workers beyond <see cref="ProcessCount"/> may live while workers are being replaced.</summary>
    /// <value>The default is 1. 1 to 2048.</value>
    public int MaxSurge { get; set; } = 1;

    /// <summary>How many failures within <see cref="CrashWindow"/> make a crash loop: from then on one worker at a time is started, with a growing delay. Never less than twice <see cref="ProcessCount"/>, so that one bad moment of the whole pool is no loop.</summary>
    /// <value>The default is 10. 1 to 1,000,000.</value>
    public int CrashLimit { get; set; } = 10;

    /// <summary>The time in which failures are counted.</summary>
    /// <value>The default is 10 seconds. 10 milliseconds to 24 hours.</value>
    public TimeSpan CrashWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest delay between two trial starts in a crash loop. It begins with a second and doubles.</summary>
    /// <value>The default is 30 seconds. 10 milliseconds to 24 hours.</value>
    public TimeSpan MaxRestartDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The directory workers start in, looked up again at each start: with a link to the current release here, a reload after a deploy runs in the new one. The manager itself goes there at each start, and back when managing has ended. A relative one means the directory in which managing begins, by the name that the shell has for it.</summary>
    /// <value>The default is null: the manager's directory.</value>
    public string? WorkingDirectory { get; set; }

    /// <summary>
    /// Where the command-line tool <c>procman</c> reaches the manager: a unix socket with the mode 0600, on which only the manager's own user and root are answered. <c>auto</c> chooses <c>PID.sock</c> in a private folder:
    /// <c>procmanager</c> below <c>$XDG_RUNTIME_DIR</c>, <c>/run/user/UID</c>, or for root <c>/run</c>; without such a folder <see cref="PidFile"/> with <c>.sock</c> behind it; without a pid file there is no socket.
    /// </summary>
    /// <value>The default is <c>auto</c>. A path, or null for no control socket.</value>
    public string? ControlSocket { get; set; } = ControlPath.Auto;

    /// <summary>A signal at which the manager writes <see cref="ProcessManager.Peek"/> to the log, for the question "why does it not exit?". With <see cref="NoSignals"/> it does nothing.</summary>
    /// <value>The default is null: none. <c>USR1</c> or <c>USR2</c>.</value>
    public string? PeekSignal { get; set; }

    /// <summary>
    /// The meter <c>ProcManager</c> of System.Diagnostics.Metrics is there for exporters such as OpenTelemetry: in the manager with the values of the pool, in each worker with its own. A program that exports calls
    /// <c>AddMeter("ProcManager")</c>.
    /// </summary>
    /// <value>The default is false: a meter takes some milliseconds of each worker's start.</value>
    public bool Metrics { get; set; }

    /// <summary>The manager's own status page: see <see cref="StatusOptions.EndPoint"/>.</summary>
    public StatusOptions Status { get; } = new();
}
