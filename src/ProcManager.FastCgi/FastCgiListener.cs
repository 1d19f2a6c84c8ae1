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

    private readonly Socket _socket;
    private readonly IEngine _engine;
    private readonly WarmingEngine? _warming;

    /// <summary>Opens the listening socket. Manager and worker process.</summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="options">Where to listen, and the limits; null: descriptor 0 and the defaults.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is not allowed; the message names option, value and range.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> was called already.</exception>
    /// <exception cref="ProcManagerException">It cannot be bound, or descriptor 0 is not a listening socket.</exception>
    [OverloadResolutionPriority(1)] // so that new FastCgiListener(manager, new() { … }) means this one
    public FastCgiListener(ProcessManager manager, FastCgiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        options ??= new FastCgiOptions();
        FastCgiOptionsValidator.ThrowIfInvalid(options);
        EndPoint? endPoint = options.SocketPath is { } path ? SocketPath.EndPoint($"{FastCgiOptions.SectionName}:{nameof(options.SocketPath)}", path) : options.EndPoint;
        HashSet<IPAddress>? allowed = Allowed(options);
        Manager = manager;
        Options = options;
        _socket = endPoint is null ? manager.Listen(ListenerName, 0) : manager.Listen(ListenerName, endPoint, options.Listen);
        if (_socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            _socket.NoDelay = true; // accepted connections inherit it: the end of an answer must not wait for the acknowledgement of its body
        }

        _engine = Engine(manager, _socket);
        manager.BeforeStandby(() => Rehearsal.Run(Engine, Rehearsed));
        _warming = options.WarmUpPath is null ? null : new WarmingEngine(manager, _socket, Engine, options, manager.Logger);

        IEngine Engine(ProcessManager of, Socket socket) => options.MaxConcurrentRequests == 1
            ? new DirectEngine(new DirectLoop(of, socket, options, allowed), of.Logger)
            : new AsyncEngine(of, socket, options, allowed);
    }

    /// <summary>As above, with options from configuration.</summary>
    /// <param name="manager">The manager, before <see cref="ProcessManager.Manage()"/>.</param>
    /// <param name="configuration">Its section <c>FastCgi</c> is read; besides the options' names, <c>Port</c> stands for a port on the loopback address.</param>
    public FastCgiListener(ProcessManager manager, IConfiguration configuration)
        : this(manager, FastCgiConfiguration.Read(configuration))
    {
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    internal ProcessManager Manager { get; }

    internal FastCgiOptions Options { get; }

    /// <summary>Answers the requests that a worker makes itself before it says that it stands by. A server on top of this listener sets its own.</summary>
    internal Action<FastCgiRequest> Rehearsed { get; set; } = Rehearsal.Answer;

    /// <summary>Waits for the next request. With <see cref="FastCgiOptions.MaxConcurrentRequests"/> of 1, one that was not completed is completed first. Worker process.</summary>
    /// <returns>The request; null when it is time to leave.</returns>
    /// <exception cref="InvalidOperationException"><see cref="ProcessManager.Manage()"/> has not been called.</exception>
    public FastCgiRequest? Accept() => (IsWarming ? _warming!.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() : null) ?? _engine.Accept();

    /// <summary>
    /// As <see cref="Accept"/>. With <see cref="FastCgiOptions.MaxConcurrentRequests"/> of 1 the calling thread waits. A thread of the pool
    /// waits for a millisecond at most, in which under load the next request comes. Then the wait moves to a thread of its own, on which the loop goes on.
    /// </summary>
    /// <param name="cancellationToken">Ends this wait only; no request is lost by it.</param>
    /// <returns>The request; null when it is time to leave.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken = default) => IsWarming ? WarmAsync(cancellationToken) : _engine.AcceptAsync(cancellationToken);

    /// <summary>Closes the connections and, in this process, the listening socket.</summary>
    public void Dispose()
    {
        _warming?.Dispose();
        _engine.Dispose();
        _socket.Dispose();
    }

    private bool IsWarming => _warming is { IsDone: false } warming && !warming.TryEnd();

    private async ValueTask<FastCgiRequest?> WarmAsync(CancellationToken cancellationToken) =>
        await _warming!.NextAsync(cancellationToken).ConfigureAwait(false) ?? await _engine.AcceptAsync(cancellationToken).ConfigureAwait(false);

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
