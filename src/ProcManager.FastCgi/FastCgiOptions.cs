using System.Net;

namespace ProcManager.FastCgi;

/// <summary>
/// Options of a <see cref="FastCgiListener"/>, the same in manager and workers. All limits are on by default, and each bounds what
/// one client can cost: memory of a connection never exceeds its parameters, a buffer, and what the application leaves unread.
/// From configuration: section <c>FastCgi</c>; there <c>FastCgi:Listen</c> is the address in one text, such as <c>unix:/run/app.sock</c>, <c>0.0.0.0:9000</c> or <c>fd:0</c>. Checked when the listener is made.
/// </summary>
public sealed class FastCgiOptions
{
    /// <summary>The section of the configuration: <c>FastCgi</c>.</summary>
    public const string SectionName = "FastCgi";

    /// <summary>Where to listen: an <see cref="IPEndPoint"/> (port 0: any free one). Default null.</summary>
    public EndPoint? EndPoint { get; set; }

    /// <summary>Path of the unix socket to listen on. Default null.</summary>
    public string? SocketPath { get; set; }

    /// <summary>
    /// The number of a listening socket that the program was started with. Default null: 0, when neither <see cref="EndPoint"/> nor <see cref="SocketPath"/> is set, as web servers and spawn-fcgi start FastCGI
    /// programs (FastCGI specification 2.2). 0, or 3 and more; not together with the two.
    /// </summary>
    public int? InheritedDescriptor { get; set; }

    /// <summary>Backlog, how long silent clients of TCP are kept back, and owner, group and mode of a unix socket. Default: the core's, but with the mode 0660, so that a web server connects whose group the socket has (<see cref="ListenOptions.Group"/>).</summary>
    public ListenOptions Listen { get; set; } = new();

    /// <summary>
    /// How many requests a worker serves at once. Default 1, the fastest: the request is served on the thread that waits for it, and a busy
    /// worker leaves new connections to others. 1 to 65535.
    /// </summary>
    public int MaxConcurrentRequests { get; set; } = 1;

    /// <summary>Several requests at once on one connection (FastCGI specification 3.5; of the known web servers HAProxy does it). Default false; takes <see cref="MaxConcurrentRequests"/> of 2 or more.</summary>
    public bool Multiplex { get; set; }

    /// <summary>
    /// Connections of a worker, idle ones among them. At the limit a new connection closes the kept connection that has been idle longest. When each has a request, or
    /// may be about to send one, the worker accepts no more until one ends, and says so in the log. Default 256; 1 to 65535.
    /// </summary>
    public int MaxConnections { get; set; } = 256;

    /// <summary>Bytes of all parameters of a request. More are answered with 431. Default 1 MiB; 1 KiB to 64 MiB.</summary>
    public int MaxParameterBytes { get; set; } = 1024 * 1024;

    /// <summary>Number of parameters of a request. More are answered with 431. Default 1024; 16 to 65535.</summary>
    public int MaxParameters { get; set; } = 1024;

    /// <summary>Bytes of a request's body, and of a filter's data. More are answered with 413. Default 128 MiB; null: no limit.</summary>
    public long? MaxBodySize { get; set; } = 128L * 1024 * 1024;

    /// <summary>From a request's first byte, or a connection's beginning, to its complete parameters. Then the connection is closed. Default 30 s; 10 ms to 1 day.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence of the web server while the application waits for body. Then the answer is 408, unless one has begun. Default 60 s; 10 ms to 1 day.</summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the web server may take nothing of an answer. Then the connection is given up. Default 60 s; 10 ms to 1 day.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a kept connection may be idle. It should be more than the web server's own timeout, so that the web server closes first; nginx's is 60 s. Default 75 s; 10 ms to 1 day.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// A path that each worker asks its own application for, twice, before it says that it is ready or stands by. So its first client does not wait for what a first request compiles, loads
    /// and connects to (a tenth of a second for an ASP.NET Core application that does nothing). The request is <c>GET</c> over https with the host <c>localhost</c>. A loop of your own gets the two as its first
    /// requests; under ASP.NET Core all middleware sees them. The answers are dropped. An application that does not answer is given up after 5 s. Choose a path without effects, such as a health check; it may have a
    /// query. Default null: the application is not asked; begins with '/', 1 to 127 printable ASCII characters. Worker process.
    /// </summary>
    public string? WarmUpPath { get; set; }

    /// <summary>
    /// The addresses that may connect over TCP; connections from other addresses are closed at once. The addresses of the variable <c>FCGI_WEB_SERVER_ADDRS</c> (FastCGI
    /// specification 3.2) are added to them. Default empty: every address may connect.
    /// </summary>
    public IList<string> AllowedAddresses { get; } = [];
}
