namespace ProcManager.Services;

/// <summary>A way to see whether a service runs.</summary>
public abstract class ServiceCheck
{
    private protected ServiceCheck()
    {
    }

    /// <summary>How long one check may take; a check that takes longer has failed. Default: 5 seconds; allowed: 10 milliseconds to 1 hour.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many failures in a row mean that the service does not run. Null, the default: 1 for a pid file and an executable, which say for certain that no process is there, and 3 for the others.
    /// Allowed: 1 to 1000.
    /// </summary>
    public int? Failures { get; set; }
}

/// <summary>
/// Passes while the process that the pid file names runs. When another user than that of the process may write the file, the process is never signalled by the keeper, so that the file cannot name a victim.
/// </summary>
public sealed class PidFileCheck : ServiceCheck
{
    /// <summary>The pid file: its first line is a process id.</summary>
    public string Path { get; set; } = "";

    /// <summary>The program that the process must run, links resolved. Null: any; the number may then belong to another program after a crash.</summary>
    public string? Executable { get; set; }
}

/// <summary>
/// Passes while a process runs whose program is exactly this file, or was before an upgrade has replaced it. A name alone does not count. The program of a script is its interpreter. Programs of other users can be seen by root only.
/// </summary>
public sealed class ExecutableCheck : ServiceCheck
{
    /// <summary>The program's path, links resolved.</summary>
    public string Path { get; set; } = "";
}

/// <summary>
/// Passes when a TCP connection is accepted. The kernel accepts for a program that hangs or is stopped until the program's queue is full, which the connections of this check fill one by one: with <see cref="HttpCheck"/> or
/// <see cref="CommandCheck"/> such a program is found at once. The connection is closed without a byte.
/// </summary>
public sealed class TcpCheck : ServiceCheck
{
    /// <summary>A name or an address. Default: <c>127.0.0.1</c>.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The port, 1 to 65535.</summary>
    public int Port { get; set; }
}

/// <summary>Passes when a connection to a unix socket is accepted; as with <see cref="TcpCheck"/>, the kernel does so for a program that hangs. A bound socket for datagrams, which takes no connections, passes as well.</summary>
public sealed class UnixSocketCheck : ServiceCheck
{
    /// <summary>The socket's path.</summary>
    public string Path { get; set; } = "";
}

/// <summary>
/// Passes when a GET request is answered with an expected status. Redirects are not followed, the page is not read, and each check has a connection of its own. The certificate of an <c>https</c> address must be valid. A program that is stopped
/// does not answer, and fails at the timeout.
/// </summary>
public sealed class HttpCheck : ServiceCheck
{
    /// <summary>The address, <c>http</c> or <c>https</c>.</summary>
    public Uri? Url { get; set; }

    /// <summary>The lowest expected status. Default: 200.</summary>
    public int MinStatus { get; set; } = 200;

    /// <summary>The highest expected status. Default: 399.</summary>
    public int MaxStatus { get; set; } = 399;
}

/// <summary>Passes when a command exits with 0. At its timeout it is killed with its process group.</summary>
public sealed class CommandCheck : ServiceCheck
{
    /// <summary>The command. Its <see cref="ServiceCommand.Timeout"/> is not used: <see cref="ServiceCheck.Timeout"/> is.</summary>
    public ServiceCommand Command { get; set; } = new();
}
