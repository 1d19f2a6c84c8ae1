using ProcManager.Worker;

namespace ProcManager;

/// <summary>One request under way among several of a worker, from <see cref="ProcessManager.BeginRequest"/>. Disposing it ends the request.</summary>
public sealed class RequestScope : IDisposable
{
    private readonly Dispatcher _dispatcher;
    private int _ended;

    internal RequestScope(Dispatcher dispatcher, string? text, string? client)
    {
        _dispatcher = dispatcher;
        Text = text;
        Client = client;
        Node = new LinkedListNode<RequestScope>(this);
    }

    internal string? Text { get; }

    internal string? Client { get; }

    // Guarded by the table's lock.
    internal LinkedListNode<RequestScope> Node { get; }

    internal ulong Number { get; set; }

    internal RequestKind Kind { get; set; }

    internal TimeSpan Began { get; set; }

    internal TimeSpan Due { get; set; }

    /// <summary>When it was given that limit.</summary>
    internal TimeSpan Given { get; set; }

    /// <summary>It was told of its soft timeout.</summary>
    internal bool WasTold { get; set; }

    /// <summary>Declares this request long: <see cref="ProcessManagerOptions.LongRequestTimeout"/> holds for it instead of <see cref="ProcessManagerOptions.RequestTimeout"/>. Worker process, from any thread.</summary>
    public void MarkLong() => _dispatcher.Requests.MarkLong(this);

    /// <summary>Gives this request so much time from now on, instead of the limit it had. Worker process, from any thread.</summary>
    /// <param name="time">From now; above zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public void Extend(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        _dispatcher.Extend(this, time);
    }

    /// <summary>Ends the request. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _dispatcher.End(this);
        }
    }
}
