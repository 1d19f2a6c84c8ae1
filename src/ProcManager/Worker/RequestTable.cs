using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>The requests of <see cref="ProcessManager.BeginRequest"/> under way, the oldest first; the oldest is shown in the scoreboard.</summary>
internal sealed class RequestTable(WorkerBoard board)
{
    private readonly LinkedList<RequestScope> _requests = new();
    private readonly Lock _gate = new();
    private long _begun;

    internal long Finished
    {
        get
        {
            lock (_gate)
            {
                return _begun - _requests.Count;
            }
        }
    }

    internal LinkedListNode<RequestScope> Add(RequestScope request)
    {
        lock (_gate)
        {
            LinkedListNode<RequestScope> node = _requests.AddLast(request);
            board.SetConcurrent(_requests.Count, ++_begun - _requests.Count);
            if (_requests.First == node)
            {
                board.SetRequest(request.Text, request.Client);
            }

            return node;
        }
    }

    internal void Remove(LinkedListNode<RequestScope> node)
    {
        lock (_gate)
        {
            bool wasOldest = _requests.First == node;
            _requests.Remove(node);
            board.SetConcurrent(_requests.Count, _begun - _requests.Count);
            if (wasOldest)
            {
                RequestScope? oldest = _requests.First?.Value;
                board.SetRequest(oldest?.Text, oldest?.Client);
            }
        }
    }
}
