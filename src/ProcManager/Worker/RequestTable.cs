using System.Diagnostics;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>Which limit holds for a request.</summary>
internal enum RequestKind
{
    Ordinary,
    Long,

    /// <summary>It has a limit of its own.</summary>
    Own,
}

/// <summary>
/// The requests of <see cref="ProcessManager.BeginRequest"/> under way. The manager's watchdog sees the oldest of each kind, which is
/// the one that is overdue first; of those with a limit of their own it sees the one whose limit comes first.
/// </summary>
internal sealed class RequestTable(WorkerBoard board)
{
    private readonly LinkedList<RequestScope>[] _byKind = [new(), new(), new()];
    private readonly Lock _gate = new();
    private long _begun;
    private int _count;

    internal long Finished
    {
        get
        {
            lock (_gate)
            {
                return _begun - _count;
            }
        }
    }

    internal static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    internal void Add(RequestScope request)
    {
        lock (_gate)
        {
            request.Number = (ulong)++_begun;
            request.Began = Now;
            _count++;
            board.SetConcurrent(_count, _begun - _count);
            _byKind[(int)request.Kind].AddLast(request.Node);
            Publish(request);
        }
    }

    internal void Remove(RequestScope request)
    {
        lock (_gate)
        {
            bool shown = IsShown(request);
            request.Node.List!.Remove(request.Node);
            _count--;
            board.SetConcurrent(_count, _begun - _count);
            if (shown)
            {
                Publish(null);
            }
        }
    }

    /// <summary>The request has another limit from now on. One that has ended keeps none.</summary>
    internal void Change(RequestScope request, RequestKind kind, TimeSpan due)
    {
        lock (_gate)
        {
            if (request.Node.List is not { } list)
            {
                return;
            }

            list.Remove(request.Node);
            request.Kind = kind;
            request.Due = due;
            Insert(_byKind[(int)kind], request);
            Publish(null);
        }
    }

    internal RequestScope? Find(ulong number)
    {
        lock (_gate)
        {
            return _byKind.SelectMany(static l => l).FirstOrDefault(r => r.Number == number);
        }
    }

    /// <summary>The text of the one request of PreDispatch.</summary>
    internal void Describe(ulong number, string? text, string? client)
    {
        lock (_gate)
        {
            board.SetRequest(number, text, client);
        }
    }

    // Its place is by age: a request that was declared long is older than some that are long already.
    private static void Insert(LinkedList<RequestScope> list, RequestScope request)
    {
        LinkedListNode<RequestScope>? after = list.Last;
        while (after is not null && after.Value.Number > request.Number)
        {
            after = after.Previous;
        }

        if (after is null)
        {
            list.AddFirst(request.Node);
        }
        else
        {
            list.AddAfter(after, request.Node);
        }
    }

    private static bool IsShown(RequestScope request) => request.Kind == RequestKind.Own || request.Node.List!.First == request.Node;

    private void Publish(RequestScope? added)
    {
        if (added is not null && !IsShown(added))
        {
            return;
        }

        RequestScope? ordinary = _byKind[(int)RequestKind.Ordinary].First?.Value;
        RequestScope? @long = _byKind[(int)RequestKind.Long].First?.Value;
        RequestScope? own = _byKind[(int)RequestKind.Own].MinBy(static r => r.Due);
        RequestScope? shown = ordinary ?? own ?? @long;
        board.SetScopes(Look(ordinary), Look(@long), Look(own), (shown?.Number ?? 0) | Layout.ScopeBit, shown?.Text, shown?.Client);
    }

    private static RequestLook Look(RequestScope? request) => request is null ? default : new(request.Number, request.Began.Ticks, request.Due.Ticks);
}
