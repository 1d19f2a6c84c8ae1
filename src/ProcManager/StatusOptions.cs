namespace ProcManager;

/// <summary>The manager's own status page, section <c>ProcessManager:Status</c>. Read once, when managing begins; a change takes a restart of the manager.</summary>
public sealed class StatusOptions
{
    /// <summary>The name of the section inside <see cref="ProcessManagerOptions.SectionName"/>.</summary>
    public const string SectionName = "Status";

    /// <summary>
    /// Where the manager answers questions about the pool: <c>127.0.0.1:9090</c>, <c>[::1]:9090</c>, or a unix socket such as <c>unix:/run/app/status.sock</c>, whose file has the mode 0660. The workers have no part in it, so
    /// an answer comes while all of them hang. An address that other machines can reach needs <see cref="AllowRemote"/> and a <see cref="Token"/>.
    /// </summary>
    /// <value>The default is null: no status page.</value>
    public string? EndPoint { get; set; }

    /// <summary>Allows an <see cref="EndPoint"/> that other machines can reach. The answers are not encrypted: put a web server with TLS in front.</summary>
    /// <value>The default is false.</value>
    public bool AllowRemote { get; set; }

    /// <summary>What each request must have as <c>Authorization: Bearer TOKEN</c> (RFC 6750); other requests are answered by 401. The page itself, which is empty without the data, and the paths <c>/health</c> and <c>/ready</c> need no token; the page takes it from its address: <c>/#token=TOKEN</c>.</summary>
    /// <value>The default is null: no token, which an address of this machine or a unix socket may have. 16 to 256 visible ASCII characters.</value>
    public string? Token { get; set; }
}
