using System.IO.Pipelines;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi;

/// <summary>
/// One request. Everything of it is valid until it is completed; what is used later throws <see cref="ObjectDisposedException"/>.
/// One thread at a time may use it. Worker process.
/// </summary>
public sealed partial class FastCgiRequest : IDisposable, IAsyncDisposable
{
    private readonly Exchange _exchange;
    private readonly IRequestHost _host;
    private RequestScope? _scope;

    internal FastCgiRequest(Exchange exchange, IRequestHost host)
    {
        _exchange = exchange;
        _host = host;
        exchange.Request = this;
    }

    /// <summary>What the web server wants.</summary>
    public FastCgiRole Role => Current.Role;

    /// <summary>The CGI variables.</summary>
    public FastCgiParameters Parameters => Current.Parameters;

    /// <summary>
    /// The body. Reading throws <see cref="FastCgiAbortedException"/> when it will never be complete and <see cref="FastCgiBadRequestException"/> when it is too large.
    /// What was read is valid until the next read, and no longer than the request: <see cref="Complete"/> completes the reader too.
    /// </summary>
    public PipeReader Stdin => Current.Stdin;

    /// <summary>The file that a <see cref="FastCgiRole.Filter"/> is to change; empty for other roles. To be read after <see cref="Stdin"/>.</summary>
    public PipeReader Data => Current.Data;

    /// <summary>The answer as a CGI program writes it: headers, an empty line, body. Or use <see cref="Response"/>.</summary>
    public PipeWriter Stdout => Current.Stdout;

    /// <summary>Goes to the web server's error log.</summary>
    public PipeWriter Stderr => Current.Stderr;

    /// <summary>The answer with status, headers and body.</summary>
    public FastCgiResponse Response => Current.Response;

    /// <summary>
    /// Fires when no client waits for the answer any more: ABORT_REQUEST, or the connection was closed, however much of a body is unread. The connection is watched from
    /// the moment this is first asked for. A web server that has only ended its own side still takes the answer, and is no reason; over TCP the two look the
    /// same, and count as closed. When the connection is the reason, nothing more is sent. A callback that throws is logged.
    /// </summary>
    public CancellationToken RequestAborted
    {
        get
        {
            CancellationToken token = Current.Aborted;
            if (!IsWatched)
            {
                IsWatched = true;
                _host.WatchForAbort(this);
            }

            return token;
        }
    }

    /// <summary>What a CGI program's exit code would be (FastCGI specification 5.5). Default 0. Web servers log it at most.</summary>
    public int AppStatus
    {
        get => (int)Current.AppStatus;
        set => Current.AppStatus = (uint)value;
    }

    internal Exchange Exchange => _exchange;

    /// <summary>Where it came from, when many are served at once.</summary>
    internal Async.IServedConnection? Connection { get; init; }

    /// <summary>What the scoreboard shows of it, when many are served at once.</summary>
    internal RequestScope? Scope
    {
        get => _scope;
        set => _scope = value;
    }

    /// <summary>Of a worker's own request (<see cref="FastCgiOptions.WarmUpPath"/>): completes when it is given up. Null for those of clients.</summary>
    internal Task? GivenUp { get; set; }

    /// <summary>Once: who gets it completes the request.</summary>
    internal RequestScope? TakeScope() => Interlocked.Exchange(ref _scope, null);

    internal ValueTask FinishAsync() => Connection!.FinishAsync(_exchange);

    /// <summary>The application has asked to be told when its client is gone.</summary>
    internal bool IsWatched { get; private set; }

    internal bool IsCompleted => !ReferenceEquals(_exchange.Request, this);

    private Exchange Current => IsCompleted ? throw new ObjectDisposedException(nameof(FastCgiRequest), "This request has been completed.") : _exchange;

    /// <summary>
    /// Gives the answer up: what has not been sent is dropped, and when the request is completed its connection is closed without an
    /// END_REQUEST, and, if part of the answer was sent, with a record of no known version: web servers then break the answer off, instead of taking what
    /// there is for all. With <see cref="FastCgiOptions.Multiplex"/>, where others share the connection, it is END_REQUEST with an <see cref="AppStatus"/> of 1.
    /// The request is still to be completed. A read that waits for the web server throws <see cref="FastCgiAbortedException"/> at once, a write that waits ends. Any thread may call it.
    /// </summary>
    public void Abort() => Current.GiveUp();

    /// <summary>Sends what is left of the answer and ends the request; the worker may now leave. Once is enough.</summary>
    /// <returns>A task that ends when the answer is on its way.</returns>
    public ValueTask CompleteAsync() => IsCompleted ? ValueTask.CompletedTask : _host.CompleteAsync(this);

    /// <summary>As <see cref="CompleteAsync"/>, blocking.</summary>
    public void Complete()
    {
        ValueTask task = CompleteAsync();
        if (!task.IsCompletedSuccessfully)
        {
            task.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>As <see cref="CompleteAsync"/>, but when neither a status was set nor anything written, as after an exception, the answer is 500.</summary>
    public void Dispose()
    {
        Abandon();
        Complete();
    }

    /// <summary>As <see cref="CompleteAsync"/>, but when neither a status was set nor anything written, as after an exception, the answer is 500.</summary>
    /// <returns>A task that ends when the answer is on its way.</returns>
    public ValueTask DisposeAsync()
    {
        Abandon();
        return CompleteAsync();
    }

    private void Abandon()
    {
        if (!IsCompleted)
        {
            _exchange.Response.Abandon();
        }
    }
}

/// <summary>What serves the connections behind the requests.</summary>
internal interface IRequestHost
{
    ValueTask CompleteAsync(FastCgiRequest request);

    void WatchForAbort(FastCgiRequest request);
}
