namespace ProcManager;

/// <content>As whom workers run, with which limits and which environment.</content>
public sealed partial class ProcessManagerOptions
{
    private Dictionary<string, string?> _environment = new(StringComparer.Ordinal);

    /// <summary>
    /// The user, by name or number, as which workers run from their first instruction, with the user's supplementary groups and without capabilities (setresuid(2)); as which the process that captures the stacks of a worker runs; and with
    /// a <see cref="ProcessCount"/> of 0 the process itself from <see cref="ProcessManager.Manage()"/> on. It takes a manager that was started by root, unless the manager is this user already. A number without an entry in the user database takes
    /// <see cref="Group"/>, and has no supplementary groups. <c>HOME</c>, <c>USER</c> and <c>LOGNAME</c> are this user's. Linux only.
    /// </summary>
    /// <value>The default is null: the manager's user.</value>
    public string? User { get; set; }

    /// <summary>The group, by name or number, beside <see cref="User"/>.</summary>
    /// <value>The default is null: the user's primary group.</value>
    public string? Group { get; set; }

    /// <summary>
    /// Whether the manager stays root when <see cref="User"/> is given, as those of nginx and php-fpm do. False: it becomes that user for good, when listeners, pid file, control socket and status page are open, and before <see cref="ProcessManager.OnManaging"/>.
    /// It can no longer bind a socket again or remove a file where only root may, and reads its configuration as that user.
    /// </summary>
    /// <value>The default is true.</value>
    public bool ManagerKeepsPrivileges { get; set; } = true;

    /// <summary>
    /// No process that the manager starts can gain privileges by a program with the set-user-ID bit or with file capabilities (PR_SET_NO_NEW_PRIVS of prctl(2)). The manager's own thread has it too, and what the host
    /// starts from other threads of the manager has not. Without effect at a <see cref="ProcessCount"/> of 0.
    /// </summary>
    /// <value>The default is false.</value>
    public bool NoNewPrivileges { get; set; }

    /// <summary>The nice value of workers, see nice(2): the higher it is, the more they leave to others. After a start at low priority (<see cref="StartLeisure"/>) a worker gets this value. Below the manager's own it takes CAP_SYS_NICE or an RLIMIT_NICE that allows it.</summary>
    /// <value>The default is null: the manager's. -20 to 19.</value>
    public int? Nice { get; set; }

    /// <summary>How much sooner or later than others the kernel kills a worker when memory is short (oom_score_adj of proc(5)). 500 has workers killed before the manager, which starts new ones. Below the manager's own it takes CAP_SYS_RESOURCE.</summary>
    /// <value>The default is null: the manager's. -1000 to 1000.</value>
    public int? OomScoreAdjust { get; set; }

    /// <summary>How many descriptors a worker may have open: files, connections and what the runtime needs, some dozens (RLIMIT_NOFILE of getrlimit(2), soft and hard).</summary>
    /// <value>The default is null: as the manager. 64 to 1,073,741,816; above the manager's hard limit it takes CAP_SYS_RESOURCE, as the next three do.</value>
    public int? MaxOpenFiles { get; set; }

    /// <summary>How many bytes of a crashed worker the kernel writes to a core file (RLIMIT_CORE); see core(5).</summary>
    /// <value>The default is null: as the manager. 0 (none) and more.</value>
    public long? MaxCoreSize { get; set; }

    /// <summary>
    /// How many bytes of addresses a worker may use (RLIMIT_AS). The runtime reserves far more addresses than it uses, so this is a fence against a worker that has lost its mind; for memory there is <see cref="MaxMemory"/>.
    /// </summary>
    /// <value>The default is null: as the manager. 2 GiB and more; with 1 GiB the runtime does not start, and its server garbage collector takes 3 GiB.</value>
    public long? MaxAddressSpace { get; set; }

    /// <summary>How many processes and threads the user of the workers may have, all its programs together, for a worker to start one more (RLIMIT_NPROC). A worker itself has a dozen threads and more. Root is not bound by it.</summary>
    /// <value>The default is null: as the manager. 64 and more.</value>
    public int? MaxProcesses { get; set; }

    /// <summary>
    /// Environment variables of workers, and of processes that capture their stacks, beside those of the manager. A null takes a variable out. Names that begin with <c>PROCMANAGER_</c> are the library's own. In a configuration each has a key:
    /// <c>ProcessManager:Environment:TZ</c>. Values are not shown in the log, and a worker finds them in its environment only, not in its own <see cref="ProcessManager.Options"/>.
    /// </summary>
    /// <value>The default is empty.</value>
    public IDictionary<string, string?> Environment => _environment;

    internal ProcessManagerOptions Copy()
    {
        var copy = (ProcessManagerOptions)MemberwiseClone();
        copy._environment = new Dictionary<string, string?>(_environment, StringComparer.Ordinal);
        return copy;
    }
}
