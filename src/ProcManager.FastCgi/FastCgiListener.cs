using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using ProcManager.FastCgi.Async;
using ProcManager.FastCgi.Direct;
using ProcManager.Listening;

namespace ProcManager.FastCgi;

/// <summary>
/// The accept loop of a FastCGI program: <c>while (await listener.AcceptAsync() is { } request)</c>. Made before <see cref="ProcessManager.Manage()"/>,
/// in the manager, which binds the socket, and in each worker, which inherits it. It calls <see cref="ProcessManager.PreDispatch()"/> and
/// <see cref="ProcessManager.PostDispatch"/> itself.
/// </summary>
public sealed class FastCgiListener : IDisposable
{
    /// <summary>The name of its listener in the manager: <c>fastcgi</c>.</summary>
    public const string ListenerName = "fastcgi";

    private const string AddressesVariable = "FCGI_WEB_SERVER_ADDRS";

    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly Socket? _socket;
    private readonly IEngine? _engine;
    private readonly WarmingEngine? _warming;

    /// <summary>Opens the listening socket. Manager and worker process.</summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="options">Where to listen, and the limits; null: descriptor 0 and the defaults.</param>
    /// <exception cref="ProcManagerConfigurationException">An option is not allowed; the message names option, value and range.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> was called already.</exception>
    /// <exception cref="ProcManagerException">It cannot be bound, or descriptor 0 is not a listening socket.</exception>
    [OverloadResolutionPriority(1)] // so that new FastCgiListener(manager, new() { … }) means this one
    public FastCgiListener(ProcessManager manager, FastCgiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        options ??= new FastCgiOptions();
        FastCgiOptionsValidator.ThrowIfInvalid(options);
        EndPoint? endPoint = options.SocketPath is { } path ? SocketPath.EndPoint($"{FastCgiOptions.SectionName}:{nameof(options.SocketPath)}", path) : options.EndPoint;
        Platform.ThrowIfNotLinux("FastCGI", "Leave the section FastCgi out: an ASP.NET Core application is served by Kestrel then.");
        HashSet<IPAddress>? allowed = Allowed(options);
        Manager = manager;
        Options = options;
        Socket listener = _socket = endPoint is null ? manager.ListenInherited(ListenerName, options.InheritedDescriptor ?? 0) : manager.Listen(ListenerName, endPoint, Access(options.Listen));
        if (_socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            _socket.NoDelay = true; // accepted connections inherit it: the end of an answer must not wait for the acknowledgement of its body
        }

        _engine = Make(manager, listener);
        manager.BeforeStandby(() => Rehearsal.Run(Make, Rehearsed));
        _warming = options.WarmUpPath is null ? null : new WarmingEngine(manager, listener, Make, options, manager.FastCgiLogger);

        IEngine Make(ProcessManager of, Socket socket) => options.MaxConcurrentRequests == 1
            ? new DirectEngine(new DirectLoop(of, socket, options, allowed), of.FastCgiLogger)
            : new AsyncEngine(of, socket, options, allowed);
    }

    /// <summary>As above, with options from configuration.</summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="configuration">Its section <c>FastCgi</c> is read; besides the options' names, <c>Listen</c> is the address in one text and <c>Port</c> a port on the loopback address. It is read again at each reload. A worker uses what the manager has read.</param>
    /// <exception cref="ProcManagerConfigurationException">The section has a key that is no option, or a value that cannot be read or is out of its range.</exception>
    public FastCgiListener(ProcessManager manager, IConfiguration configuration)
        : this(manager, FastCgiConfiguration.Read(ProcessManager.InUse(configuration, FastCgiOptions.SectionName))) => manager.ReadAtReload(new FastCgiPart(configuration, Options, static () => new FastCgiOptions()));

    private FastCgiListener(FastCgiOptions options, ProcessManager manager)
    {
        Manager = manager;
        Options = options;
    }

    /// <summary>Where it listens, with the port that was chosen. Null: the program is not served over FastCGI, see <see cref="IsListening"/>.</summary>
    public EndPoint? LocalEndPoint => _socket?.LocalEndPoint;

    /// <summary>False for an ASP.NET Core application whose configuration has no section <c>FastCgi</c>: Kestrel serves it, in a plain process. Otherwise true.</summary>
    public bool IsListening => _engine is not null;

    internal ProcessManager Manager { get; }

    internal FastCgiOptions Options { get; }

    /// <summary>Answers the requests that a worker makes itself before it says that it stands by. A server on top of this listener sets its own.</summary>
    internal Action<FastCgiRequest> Rehearsed { get; set; } = Rehearsal.Answer;

    /// <summary>Waits for the next request. With <see cref="FastCgiOptions.MaxConcurrentRequests"/> of 1, a request that was not completed is completed first. Worker process.</summary>
    /// <returns>The request; null when it is time to leave.</returns>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> has not been called.</exception>
    public FastCgiRequest? Accept() => (IsWarming ? _warming!.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() : null) ?? Engine.Accept();

    /// <summary>
    /// As <see cref="Accept"/>. With <see cref="FastCgiOptions.MaxConcurrentRequests"/> of 1 the calling thread waits. A thread of the pool
    /// waits for a millisecond at most, in which under load the next request comes. Then the wait moves to a thread of its own, on which the loop goes on.
    /// </summary>
    /// <param name="cancellationToken">Ends this wait only; no request is lost by it.</param>
    /// <returns>The request; null when it is time to leave.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken = default) => IsWarming ? WarmAsync(cancellationToken) : Engine.AcceptAsync(cancellationToken);

    /// <summary>
    /// The whole loop: serves requests until it is time to leave and the last one has ended; up to <see cref="FastCgiOptions.MaxConcurrentRequests"/> at once. Each request is completed behind
    /// <paramref name="serve"/>. An exception is told in the log, the answer is 500 when none has begun, and the worker goes on. Worker process.
    /// </summary>
    /// <param name="serve">Answers one request.</param>
    /// <returns>A task that ends when it is time to leave and no request is under way.</returns>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> has not been called.</exception>
    public Task ServeAsync(Func<FastCgiRequest, Task> serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        return new ServingLoop(this, serve, Manager.FastCgiLogger).RunAsync(Options.MaxConcurrentRequests);
    }

    /// <summary>Closes the connections and, in this process, the listening socket.</summary>
    public void Dispose()
    {
        _warming?.Dispose();
        _engine?.Dispose();
        _socket?.Dispose();
    }

    /// <summary>In place of a listener, for a program that is not served over FastCGI.</summary>
    internal static FastCgiListener None(ProcessManager manager) => new(new FastCgiOptions(), manager);

    private IEngine Engine => _engine ?? throw new InvalidOperationException("This program is not served over FastCGI: its configuration has no section FastCgi, and no web server has started it.");

    // A web server runs as another user. With the mode that most umasks leave, its group could not connect.
    private static ListenOptions Access(ListenOptions given) => new() { Backlog = given.Backlog, DeferAccept = given.DeferAccept, Mode = given.Mode ?? OwnerAndGroup, Owner = given.Owner, Group = given.Group };

    private bool IsWarming => _warming is { IsDone: false } warming && !warming.TryEnd();

    private async ValueTask<FastCgiRequest?> WarmAsync(CancellationToken cancellationToken) =>
        await _warming!.NextAsync(cancellationToken).ConfigureAwait(false) ?? await Engine.AcceptAsync(cancellationToken).ConfigureAwait(false);

    private static HashSet<IPAddress>? Allowed(FastCgiOptions options)
    {
        HashSet<IPAddress> all = [.. options.AllowedAddresses.Select(IPAddress.Parse)];
        foreach (string text in (Environment.GetEnvironmentVariable(AddressesVariable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            all.Add(IPAddress.TryParse(text, out IPAddress? address)
                ? address
                : throw new ProcManagerException($"The environment variable {AddressesVariable} names '{text}', which is no IP address. Allowed are IPv4 and IPv6 addresses with commas between."));
        }

        return all.Count == 0 ? null : all;
    }
}

/// <summary>How requests are waited for.</summary>
internal interface IEngine : IDisposable
{
    FastCgiRequest? Accept();

    ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken);
}
