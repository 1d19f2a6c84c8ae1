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
/// the one that is overdue first; of those with a limit of their own it sees the one whose limit comes first. For the soft timeout it
/// sees when the oldest one began that was not told of it.
/// </summary>
internal sealed class RequestTable(WorkerBoard board)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    private readonly LinkedList<RequestScope>[] _byKind = [new(), new(), new()];
    private readonly Lock _gate = new();
    private LinkedListNode<RequestScope>? _untold; // the oldest ordinary one; those before it were told
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

    /// <summary>A time so long that its end cannot be reckoned is as good as none.</summary>
    internal static TimeSpan After(TimeSpan now, TimeSpan time) => time < Longest ? now + time : now + Longest;

    internal void Add(RequestScope request, TimeSpan? timeout = null)
    {
        lock (_gate)
        {
            request.Number = (ulong)++_begun;
            request.Began = Now;
            if (timeout is { } time)
            {
                request.Kind = RequestKind.Own;
                request.Due = After(request.Began, time);
                request.Given = request.Began;
            }

            _count++;
            board.SetConcurrent(_count, _begun - _count);
            _byKind[(int)request.Kind].AddLast(request.Node);
            bool first = request.Kind == RequestKind.Ordinary && _untold is null;
            _untold = first ? request.Node : _untold;
            if (first || IsShown(request))
            {
                Publish();
            }
        }
    }

    internal void Remove(RequestScope request)
    {
        lock (_gate)
        {
            bool shown = IsShown(request) || request.Node == _untold;
            TakeOut(request.Node.List!, request.Node);
            _count--;
            board.SetConcurrent(_count, _begun - _count);
            if (shown)
            {
                Publish();
            }
        }
    }

    internal void MarkLong(RequestScope request) => Change(request, RequestKind.Long, TimeSpan.Zero, TimeSpan.Zero);

    internal void Extend(RequestScope request, TimeSpan time)
    {
        TimeSpan now = Now;
        Change(request, RequestKind.Own, After(now, time), now);
    }

    /// <summary>One that has begun until then, is not long and was not told of its soft timeout; it is told now.</summary>
    internal RequestScope? NextUntold(TimeSpan before)
    {
        lock (_gate)
        {
            if (OldestUntold() is not { } request || request.Began > before)
            {
                return null;
            }

            request.WasTold = true;
            _untold = request.Node == _untold ? _untold.Next : _untold;
            Publish();
            return request;
        }
    }

    // The request has another limit from now on. One that has ended keeps none.
    private void Change(RequestScope request, RequestKind kind, TimeSpan due, TimeSpan given)
    {
        lock (_gate)
        {
            if (request.Node.List is not { } list)
            {
                return;
            }

            TakeOut(list, request.Node);
            request.Kind = kind;
            request.Due = due;
            request.Given = given;
            Insert(_byKind[(int)kind], request);
            Publish();
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

    private void TakeOut(LinkedList<RequestScope> list, LinkedListNode<RequestScope> node)
    {
        _untold = node == _untold ? node.Next : _untold;
        list.Remove(node);
    }

    private static bool IsShown(RequestScope request) => request.Kind == RequestKind.Own || request.Node.List!.First == request.Node;

    private RequestScope? OldestUntold()
    {
        LinkedList<RequestScope> all = _byKind[(int)RequestKind.Own];
        RequestScope? own = all.Count == 0 ? null : all.FirstOrDefault(static r => !r.WasTold);
        return _untold?.Value is not { } ordinary || own?.Number < ordinary.Number ? own : ordinary;
    }

    private void Publish() => board.SetScopes(
        Shown(_byKind[(int)RequestKind.Ordinary].First?.Value),
        Shown(_byKind[(int)RequestKind.Long].First?.Value),
        Shown(_byKind[(int)RequestKind.Own] is { Count: > 0 } own ? own.MinBy(static r => r.Due) : null),
        OldestUntold()?.Began ?? TimeSpan.Zero);

    private static RequestShown Shown(RequestScope? request) =>
        request is null ? default : new(new(request.Number, request.Began.Ticks, request.Due.Ticks, request.Given.Ticks), request.Text, request.Client);
}
