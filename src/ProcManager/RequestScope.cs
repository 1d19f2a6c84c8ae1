using ProcManager.Worker;

namespace ProcManager;

/// <summary>One request under way among several of a worker, from <see cref="ProcessManager.BeginRequest"/>. Disposing it ends the request.</summary>
public sealed class RequestScope : IDisposable
{
    private readonly Dispatcher _dispatcher;
    private LinkedListNode<RequestScope>? _node;

    internal RequestScope(Dispatcher dispatcher, string? text, string? client)
    {
        _dispatcher = dispatcher;
        Text = text;
        Client = client;
    }

    internal string? Text { get; }

    internal string? Client { get; }

    internal void Enter(RequestTable table) => _node = table.Add(this);

    /// <summary>Ends the request. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _node, null) is { } node)
        {
            _dispatcher.End(node);
        }
    }
}
