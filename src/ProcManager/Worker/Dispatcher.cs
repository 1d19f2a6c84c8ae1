using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// Counts requests in and out. The hot path writes one number to shared memory (odd: a request is under way) and reads one flag:
/// no system call, no allocation, no lock. The thread that sets the flag makes it visible with a process-wide barrier, so that the hot
/// path needs none.
/// </summary>
internal sealed unsafe class Dispatcher
{
    private readonly ulong* _shared;
    private readonly WorkerBoard _board;
    private readonly int _maxRequests;
    private readonly Lock _limits = new();
    private ulong _number;
    private ulong _askAt;
    private int _attention;
    private int _concurrent;
    private int _held;
    private int _asked;
    private Action? _limitUnwatched;

    internal Dispatcher(WorkerBoard board, int maxRequests)
    {
        _shared = board.RequestNumber;
        _board = board;
        Requests = new RequestTable(board);
        _maxRequests = maxRequests;
        _askAt = maxRequests > 0 ? ((ulong)maxRequests * 2) - 1 : ulong.MaxValue;
    }

    /// <summary>Called at a request's begin and end while the flag is up.</summary>
    internal Departure? Departure { get; set; }

    /// <summary>Called once, when the request limit is reached.</summary>
    internal Action? LimitReached { get; set; }

    /// <summary>Called once, when a request is first given a limit of its own; null when those are looked after.</summary>
    internal Action? LimitUnwatched
    {
        get => _limitUnwatched;
        set => _limitUnwatched = value;
    }

    internal RequestTable Requests { get; }

    /// <summary>One request a process; null in other pools.</summary>
    internal HandedConnections? Handed
    {
        get;
        set
        {
            field = value;
            _askAt = value is null ? _askAt : 0; // each end of a request is told
        }
    }

    internal bool InDispatch => (_number & 1) != 0;

    internal WorkerBoard Board => _board;

    /// <summary>
    /// Nothing is under way, no thread is inside a gate, and no connection is between its accept and its request. A connection on its way from a gate to a
    /// request counts as a request first and leaves the gate then; so the gates are read first.
    /// </summary>
    internal bool IsIdle => Volatile.Read(ref _held) == 0 && Volatile.Read(ref _concurrent) == 0 && (Volatile.Read(ref *_shared) & 1) == 0;

    /// <summary>A request is under way.</summary>
    internal bool IsServing => Volatile.Read(ref _concurrent) != 0 || (Volatile.Read(ref *_shared) & 1) != 0;

    /// <summary>The worker was told to leave.</summary>
    internal bool IsLeaving => Departure?.HasBegun ?? false;

    internal void Pre()
    {
        ulong number = _number;
        if ((number & 1) != 0)
        {
            throw new InvalidOperationException("PreDispatch was called twice without a PostDispatch between. For several requests at once use BeginRequest.");
        }

        _number = number + 1;
        Volatile.Write(ref *_shared, number + 1);
        if (_held != 0)
        {
            ConnectionInHand.EndOfFlow();
        }

        if (_attention != 0)
        {
            Departure?.RequestBegins();
        }
    }

    internal void Post()
    {
        ulong number = _number;
        if ((number & 1) == 0)
        {
            throw new InvalidOperationException("PostDispatch was called without a PreDispatch before it.");
        }

        _number = number + 1;
        Volatile.Write(ref *_shared, number + 1);
        if (_attention != 0 || number >= _askAt)
        {
            Ended(number >= _askAt);
        }
    }

    internal RequestScope Begin(string? text, string? client, TimeSpan? timeout = null)
    {
        var scope = new RequestScope(this, text, client);
        if (timeout is not null)
        {
            GivesLimit();
        }

        Interlocked.Increment(ref _concurrent);
        Requests.Add(scope, timeout);
        if (_held != 0)
        {
            ConnectionInHand.EndOfFlow();
        }

        if (_attention != 0)
        {
            Departure?.RequestBegins();
        }

        return scope;
    }

    internal void End(RequestScope scope)
    {
        Requests.Remove(scope);
        Interlocked.Decrement(ref _concurrent);
        bool limit = Handed is not null || (_maxRequests > 0 && _asked == 0 && Requests.Finished >= _maxRequests);
        if (_attention != 0 || limit)
        {
            Ended(limit);
        }
    }

    /// <summary>Requests of the worker's own are under way, which are not counted here.</summary>
    internal bool IsWarming { get; set; }

    /// <summary>What the request of PreDispatch is, for the scoreboard and the watchdog's line.</summary>
    internal void Describe(string? text, string? client)
    {
        if (Current() is { } number)
        {
            Requests.Describe(number, text, client);
        }
    }

    /// <summary>A limit of its own stays.</summary>
    internal void MarkLong()
    {
        if (Current() is { } number)
        {
            _board.SetLong(number);
        }
    }

    internal void Extend(TimeSpan time)
    {
        if (Current() is { } number)
        {
            Extend(number, time);
        }
    }

    /// <summary>As <see cref="Extend(TimeSpan)"/>, if it is still this request.</summary>
    internal void Extend(ulong number, TimeSpan time)
    {
        lock (_limits) // the request's own thread, and the thread of the soft timeout
        {
            if (Volatile.Read(ref *_shared) == number)
            {
                GivesLimit();
                TimeSpan now = RequestTable.Now; // never early for a thread that is late: the time counts from here
                _board.SetDue(number, RequestTable.After(now, time), now);
            }
        }
    }

    internal void Extend(RequestScope scope, TimeSpan time)
    {
        GivesLimit();
        Requests.Extend(scope, time);
    }

    /// <summary>The request under way; 0 between two.</summary>
    internal ulong Number => Volatile.Read(ref *_shared) is var number && (number & 1) != 0 ? number : 0;

    /// <summary>
    /// A thread goes to a gate; the worker counts as busy until <see cref="Release"/>. After this the thread checks <see cref="IsLeaving"/>, and takes nothing when that is set.
    /// </summary>
    internal void Hold() => Interlocked.Increment(ref _held);

    /// <summary>A thread has left a gate without a connection, or the request of its connection has begun, or the connection was given up.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _held) == 0 && Volatile.Read(ref _attention) != 0)
        {
            Departure?.Complete();
        }
    }

    internal void Attend()
    {
        Volatile.Write(ref _attention, 1);
        Interlocked.MemoryBarrierProcessWide();
    }

    // null: a request of the worker's own, on which no watchdog looks
    private ulong? Current() => InDispatch ? _number : IsWarming ? null : throw new InvalidOperationException("No request is under way: this is for the time between PreDispatch and PostDispatch. A request of BeginRequest has a method of the same name.");

    private void GivesLimit()
    {
        if (_limitUnwatched is not null)
        {
            Interlocked.Exchange(ref _limitUnwatched, null)?.Invoke();
        }
    }

    private void Ended(bool limit)
    {
        if (Handed is { } handed)
        {
            handed.RequestEnded();
        }
        else if (limit && Interlocked.Exchange(ref _asked, 1) == 0)
        {
            _askAt = ulong.MaxValue;
            LimitReached?.Invoke();
        }

        Departure?.RequestEnded();
    }
}
