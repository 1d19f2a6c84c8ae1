namespace ProcManager;

/// <summary>How a listening socket is made.</summary>
public sealed class ListenOptions
{
    internal const int DefaultBacklog = 1024;

    /// <summary>How many connections may wait to be accepted, see listen(2); the kernel caps it at <c>net.core.somaxconn</c>.</summary>
    /// <value>The default is 1024. 1 to 65535.</value>
    public int Backlog { get; set; } = DefaultBacklog;

    /// <summary>
    /// TCP: how long the kernel keeps a new connection to itself when the client sends nothing (TCP_DEFER_ACCEPT of tcp(7)). A silent client has no worker meanwhile, and is no connection that waits. The kernel keeps as many as <see cref="Backlog"/>
    /// says, and one byte ends it: it does not replace timeouts. For protocols in which the client speaks first, such as HTTP and FastCGI; with others each connection would wait so long. Rounded up to the kernel's steps: 1, 3, 7, 15, 31 s and so on.
    /// Has no effect on unix sockets, on a socket that systemd or another program has bound, and where the system is not Linux.
    /// </summary>
    /// <value>The default is zero: a connection is there at once. Zero, or 1 second to 5 minutes.</value>
    public TimeSpan DeferAccept { get; set; }

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
