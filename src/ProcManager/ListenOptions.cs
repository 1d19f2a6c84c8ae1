namespace ProcManager;

/// <summary>How a listening socket is made.</summary>
public sealed class ListenOptions
{
    internal const int DefaultBacklog = 1024;

    /// <summary>How many connections may wait to be accepted, see listen(2); the kernel caps it at <c>net.core.somaxconn</c>.</summary>
    /// <value>The default is 1024. 1 to 65535.</value>
    public int Backlog { get; set; } = DefaultBacklog;

    /// <summary>Permissions of a unix socket's file. Connecting takes the permission to write.</summary>
    /// <value>The default is null: what the manager's umask leaves.</value>
    public UnixFileMode? Mode { get; set; }

    /// <summary>Owner of a unix socket's file, by name or number.</summary>
    /// <value>The default is null: the manager's user.</value>
    public string? Owner { get; set; }

    /// <summary>Group of a unix socket's file, by name or number.</summary>
    /// <value>The default is null: the manager's group.</value>
    public string? Group { get; set; }
}
