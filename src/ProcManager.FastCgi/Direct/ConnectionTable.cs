using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Direct;

/// <summary>The connections a worker has, and when each has to have got on.</summary>
internal sealed class ConnectionTable(FastCgiOptions options, Complaints complaints, WaitEnd waitEnd, EndWatch endWatch)
{
    /// <summary>How long an ended connection may still send, and a silent one may take to begin when the worker is to leave.</summary>
    internal static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, DirectConnection> _open = [];
    private readonly Stack<DirectConnection> _unused = new();
    private long _earliest = long.MaxValue;

    internal int Count => _open.Count;

    internal int WatchedCount { get; set; }

    internal DirectConnection? Find(int descriptor) => _open.GetValueOrDefault(descriptor);

    internal DirectConnection[] All() => [.. _open.Values];

    internal DirectConnection Open(int descriptor, long now)
    {
        if (!_unused.TryPop(out DirectConnection? connection))
        {
            connection = new DirectConnection(options, complaints, waitEnd, endWatch);
        }

        connection.Open(descriptor);
        connection.Deadline = now + (long)options.HeaderTimeout.TotalMilliseconds;
        _earliest = Math.Min(_earliest, connection.Deadline);
        _open.Add(descriptor, connection);
        return connection;
    }

    internal void SetDeadline(DirectConnection connection, TimeSpan after)
    {
        connection.Deadline = Environment.TickCount64 + (long)after.TotalMilliseconds;
        _earliest = Math.Min(_earliest, connection.Deadline);
    }

    internal void Remove(DirectConnection connection)
    {
        if (connection.Descriptor < 0)
        {
            return; // closed before
        }

        _open.Remove(connection.Descriptor);
        connection.Close();
        if (!connection.IsQueued)
        {
            _unused.Push(connection);
        }
    }

    /// <summary>-1 for ever. The earliest deadline known may be one that has been put off; then the wait ends early and it is looked for again.</summary>
    internal int MillisecondsToDeadline(long now) =>
        WatchedCount == 0 || _earliest == long.MaxValue ? -1 : (int)Math.Clamp(_earliest - now + 1, 0, int.MaxValue);

    internal List<DirectConnection> Late(long now)
    {
        List<DirectConnection> late = [];
        _earliest = long.MaxValue;
        foreach (DirectConnection connection in _open.Values)
        {
            if (connection.Deadline > now)
            {
                _earliest = Math.Min(_earliest, connection.Deadline);
                continue;
            }

            late.Add(connection);
            if (connection.Stage == Stage.Header)
            {
                complaints.Tell(Complaint.Header, $"a request did not have its parameters complete within {options.HeaderTimeout} ({nameof(FastCgiOptions.HeaderTimeout)})");
            }
        }

        return late;
    }

    /// <summary>The kept connection that has been idle longest, without a byte of a request on its way. Null: each connection has a request, or is about to have one.</summary>
    internal DirectConnection? OneToGiveUp() =>
        _open.Values.Where(static c => c.Stage == Stage.Idle && !c.IsQueued).OrderBy(static c => c.Deadline).FirstOrDefault(static c => !Posix.Connections.HasNews(c.Descriptor));
}
