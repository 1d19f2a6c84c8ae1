using ProcManager.Worker;

namespace ProcManager;

/// <summary>A worker hangs in a request. Raised in the manager, before anything is done about it.</summary>
public sealed class WorkerHungEventArgs : EventArgs
{
    internal WorkerHungEventArgs(int slot, int processId, HangKind kind, TimeSpan age, string request, string client)
    {
        Slot = slot;
        ProcessId = processId;
        Kind = kind;
        Age = age;
        Request = request;
        Client = client;
    }

    /// <summary>The slot, counted from 0.</summary>
    public int Slot { get; }

    /// <summary>The process id.</summary>
    public int ProcessId { get; }

    /// <summary>What the worker does.</summary>
    public HangKind Kind { get; }

    /// <summary>How long the request has taken so far.</summary>
    public TimeSpan Age { get; }

    /// <summary>The first 64 bytes of the request, control characters as escapes.</summary>
    public string Request { get; }

    /// <summary>The client, empty when it was not told.</summary>
    public string Client { get; }
}

/// <summary>A request has reached <see cref="ProcessManagerOptions.SoftRequestTimeout"/>. Raised in the worker, on a thread of its own.</summary>
public sealed class SoftTimeoutEventArgs : EventArgs
{
    private readonly Dispatcher _dispatcher;
    private readonly RequestScope? _scope;
    private readonly ulong _number;

    internal SoftTimeoutEventArgs(Dispatcher dispatcher, RequestScope? scope, ulong number)
    {
        _dispatcher = dispatcher;
        _scope = scope;
        _number = number;
    }

    /// <summary>The request, if it is one of <see cref="ProcessManager.BeginRequest"/>; null for one of <see cref="ProcessManager.PreDispatch()"/>.</summary>
    public RequestScope? Scope => _scope;

    /// <summary>What it is, as given to <see cref="ProcessManager.BeginRequest"/>.</summary>
    public string? Request => _scope?.Text;

    /// <summary>Gives the request so much time from now on. Does nothing when it has ended meanwhile.</summary>
    /// <param name="time">From now; above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public void Extend(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        if (_scope is null)
        {
            _dispatcher.Extend(_number, time);
        }
        else
        {
            _scope.Extend(time);
        }
    }
}
