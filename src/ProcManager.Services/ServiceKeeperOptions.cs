namespace ProcManager.Services;

/// <summary>What a keeper keeps, and where. The same as a whole <c>services.json</c>.</summary>
public sealed partial class ServiceKeeperOptions
{
    /// <summary>
    /// The folder of the keeper's own files: its lock, its control socket, the state and the logs of services, the snapshots. One keeper has one folder. Null, the default: <c>/var/lib/procmanager/keep</c> for root,
    /// <c>$XDG_STATE_HOME/procmanager/keep</c> or <c>~/.local/state/procmanager/keep</c> for others.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>The services.</summary>
    public IList<ServiceDefinition> Services { get; } = [];

    /// <summary>The command and the mail address that get notice of a change of state, unless a service has its own.</summary>
    public ServiceNotifyOptions Notify { get; set; } = new();

    /// <summary>The snapshots before restarts.</summary>
    public ServiceSnapshotOptions Snapshots { get; set; } = new();

    /// <summary>A status page of the keeper's own, with JSON and metrics: as that of a pool. Read when the keeper starts. Default: none.</summary>
    public StatusOptions Status { get; set; } = new();

    /// <summary>They were read from a file, so messages use its words.</summary>
    internal bool IsOfFile { get; set; }
}

/// <summary>The delays between starts of a service that does not stay up. Each failed start doubles the delay.</summary>
public sealed class ServiceBackoff
{
    /// <summary>The delay after the second failure in a row; after the first the start is tried at once. Default: 1 second; allowed: 10 milliseconds to <see cref="Max"/>.</summary>
    public TimeSpan Initial { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay. Default: 5 minutes; allowed: up to 1 day.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A service that was up for this long begins anew without a delay. Default: 1 minute; allowed: 100 milliseconds to 1 day.</summary>
    public TimeSpan ResetAfter { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>More than <see cref="Restarts"/> restarts within <see cref="Within"/>: the keeper gives up until it is told to resume or restart the service.</summary>
public sealed class ServiceGiveUp
{
    /// <summary>How many restarts are tried. Default: 5; allowed: 1 to 1000.</summary>
    public int Restarts { get; set; } = 5;

    /// <summary>The time in which they are counted. Default: 10 minutes; allowed: 1 second to 7 days.</summary>
    public TimeSpan Within { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>The log of a foreground service.</summary>
public sealed class ServiceLogOptions
{
    /// <summary>From this size on the log is renamed and a new one begins. Bytes; default: 10 MiB; allowed: 4 KiB to 1 TiB.</summary>
    public long MaxSize { get; set; } = 10 * 1024 * 1024;

    /// <summary>How many renamed logs are kept. Default: 5; allowed: 1 to 100.</summary>
    public int Keep { get; set; } = 5;
}

/// <summary>The snapshots before restarts.</summary>
public sealed class ServiceSnapshotOptions
{
    /// <summary>False: none is taken. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where they are written; null: the folder <c>snapshots</c> in <see cref="ServiceKeeperOptions.Folder"/>.</summary>
    public string? Folder { get; set; }

    /// <summary>All snapshots together have at most this size; the oldest are removed first. Bytes; default: 100 MiB; allowed: 64 KiB to 1 TiB.</summary>
    public long MaxSize { get; set; } = 100 * 1024 * 1024;

    /// <summary>A restart waits for its snapshot at most this long. Default: 5 seconds; allowed: 10 milliseconds to 10 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>The command and the mail address that get notice of a change of state, beside the log.</summary>
public sealed class ServiceNotifyOptions
{
    /// <summary>A command; the facts are in its environment, see docs/services.md. Its timeout, default: 30 seconds; allowed: 100 milliseconds to 30 seconds.</summary>
    public ServiceCommand? Command { get; set; }

    /// <summary>An address that gets a mail by <c>sendmail</c>, or several with commas; null: none.</summary>
    public string? Mail { get; set; }
}
