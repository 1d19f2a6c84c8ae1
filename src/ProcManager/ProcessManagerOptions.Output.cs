namespace ProcManager;

/// <content>Where the output of manager and workers goes, and how the process is detached.</content>
public sealed partial class ProcessManagerOptions
{
    /// <summary>
    /// A file to which standard output and error of the manager and of all workers are appended. It is opened again at HUP and USR1, so that logrotate(8) can move it away; a file that logrotate copies
    /// and truncates needs nothing. What workers write goes through the manager, so that a full disk or a file that is gone holds no worker: a line that cannot be written is lost and counted. A relative path means the directory in
    /// which managing begins. A symbolic link is not followed. In a plain process (a process count of 0) the file gets that process's own output, and HUP no longer ends the process.
    /// </summary>
    /// <value>The default is null: standard output and error stay as they are. A path.</value>
    public string? LogFile { get; set; }

    /// <summary>From this size on, in bytes, <see cref="LogFile"/> is renamed to <c>NAME.1</c>, an older one to <c>NAME.2</c> and so on, and a new one is begun. For machines without logrotate(8).</summary>
    /// <value>The default is 0: it grows without limit. 4 KiB to 1 TiB.</value>
    public long LogFileMaxSize { get; set; }

    /// <summary>How many files <see cref="LogFileMaxSize"/> keeps beside <see cref="LogFile"/>; the oldest one is removed.</summary>
    /// <value>The default is 5. 1 to 1,000.</value>
    public int LogFileKeep { get; set; } = 5;

    /// <summary>
    /// Each line that a worker writes to standard output or error becomes a message of the manager's log, in the category <c>ProcManager.Output</c>, with the worker's slot and process id. A line that begins with <c>&lt;0&gt;</c> to
    /// <c>&lt;7&gt;</c> has that level (sd-daemon(3)), every other one is information. Lines of two workers are never mixed, and a log that takes nothing holds no worker: beyond 1 MiB that waits the oldest lines are
    /// dropped and counted. A line longer than 64 KiB is cut.
    /// </summary>
    /// <value>The default is false: workers have the manager's standard output and error, or with <see cref="LogFile"/> write their lines there as they are.</value>
    public bool CaptureOutput { get; set; }

    /// <summary>How messages look that go to standard error or <see cref="LogFile"/>. A logger of the host's has its own format.</summary>
    /// <value>The default is <see cref="LogFormat.Auto"/>.</value>
    public LogFormat LogFormat { get; set; }

    /// <summary>The file mode creation mask of the manager and, inherited, of the workers; see umask(2).</summary>
    /// <value>The default is null: the one with which the program was started. 0000 to 0777, octal in a configuration.</value>
    public UnixFileMode? Umask { get; set; }

    /// <summary>
    /// The program leaves the terminal: it is started once more in a session of its own (setsid(2)), with /dev/null as standard input, and the process that was started ends as soon as all first workers are ready, with 0. When the start
    /// fails, the reason is still seen where the program was started, and the exit code is the failed manager's. Standard output and error then lead to <see cref="LogFile"/>, or without one to /dev/null. In a plain process (a process
    /// count of 0) the start is over when <see cref="ProcessManager.Manage()"/> returns. As pid 1, and as a service of systemd that is told by NOTIFY_SOCKET, the option has no effect, and a warning says so.
    /// </summary>
    /// <value>The default is false.</value>
    public bool Detach { get; set; }
}
