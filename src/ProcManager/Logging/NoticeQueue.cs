using ProcManager.Diagnostics;

namespace ProcManager.Logging;

/// <summary>
/// Every message's way to the log: a bounded queue and a thread that delivers. A log that takes nothing (a full pipe, a stopped terminal, a logger
/// that blocks) holds that thread and nothing else. When the queue is full the oldest messages are dropped; their number is told in their place.
/// </summary>
/// <param name="deliver">Writes one message; may block. False: it is lost.</param>
/// <param name="deliverAtOnce">Writes one message where no thread can be made; must not block.</param>
internal sealed class NoticeQueue(Func<Notice, bool> deliver, Action<Notice> deliverAtOnce)
{
    // Bytes in memory: two a character.
    internal const int MaxCount = 1000;
    internal const int MaxBytes = 1024 * 1024;

    /// <summary>What still fits through a slow log at the end.</summary>
    private const int LastBytes = 4096;

    private static readonly List<NoticeQueue> Started = [];

    private readonly object _gate = new();
    private readonly Queue<Notice> _queue = new();
    private Thread? _thread;
    private int _bytes;
    private int _lost;
    private bool _delivering;
    private bool _failing; // the last delivery failed: the next try comes with the next message
    private long _deliveredAt;
    private long _waited; // milliseconds that flushes have waited in vain since the last delivery

    /// <summary>How long the last messages may take at the end of the process.</summary>
    internal TimeSpan LastTime { get; init; } = TimeSpan.FromSeconds(2);

    internal void Add(Notice notice)
    {
        lock (_gate)
        {
            if (_thread is not null || TryStart())
            {
                _queue.Enqueue(notice);
                _bytes += SizeOf(notice);
                DropOldest(MaxCount, MaxBytes);
                Monitor.PulseAll(_gate);
                return;
            }
        }

        deliverAtOnce(notice);
    }

    /// <summary>
    /// Waits until all is delivered. In the second half of the time only the last messages are kept. What earlier calls have waited in vain since the last delivery is part of the time:
    /// a log that is stuck is not waited for again and again.
    /// </summary>
    internal void Flush(TimeSpan limit)
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            long begun = now - _waited;
            if (Thread.CurrentThread == _thread || WaitUntilEmpty(begun + (long)(limit.TotalMilliseconds / 2)))
            {
                return;
            }

            DropOldest(MaxCount, LastBytes);
            if (!WaitUntilEmpty(begun + (long)limit.TotalMilliseconds))
            {
                _waited += Environment.TickCount64 - Math.Max(now, _deliveredAt);
            }
        }
    }

    /// <summary>Waits until all is delivered, and drops nothing.</summary>
    internal void Settle(TimeSpan limit)
    {
        lock (_gate)
        {
            _ = WaitUntilEmpty(Environment.TickCount64 + (long)limit.TotalMilliseconds);
        }
    }

    /// <summary>Flushes every queue of this process, at its end.</summary>
    internal static void FlushAll()
    {
        NoticeQueue[] all;
        lock (Started)
        {
            all = [.. Started];
        }

        Array.ForEach(all, static q => q.Flush(q.LastTime));
    }

    private bool TryStart()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "procmanager log" };
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false; // the system gives no more threads; the next message tries again
        }

        _thread = thread;
        lock (Started)
        {
            Started.Add(this);
            if (Started.Count == 1)
            {
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => FlushAll();
            }
        }

        return true;
    }

    private void Run()
    {
        while (true)
        {
            (Notice next, int lost) = Take();
            bool delivered = Deliver(next);
            lock (_gate)
            {
                _delivering = false;
                _failing = !delivered;
                _waited = 0;
                _deliveredAt = Environment.TickCount64;
                if (!delivered)
                {
                    CountLost(lost);
                }

                Monitor.PulseAll(_gate);
            }
        }
    }

    // Holds the gate. The count could not be told, so the message behind it cannot be either: each message costs one try.
    private void CountLost(int untold)
    {
        _lost += Math.Max(untold, 1);
        if (untold > 0 && _queue.TryDequeue(out Notice? next))
        {
            _bytes -= SizeOf(next);
            _lost++;
        }
    }

    private (Notice Next, int Lost) Take()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && (_lost == 0 || _failing))
            {
                Monitor.Wait(_gate);
            }

            _delivering = true;
            if (_lost > 0)
            {
                int lost = _lost;
                _lost = 0;
                return (LinesLost(lost), lost);
            }

            Notice next = _queue.Dequeue();
            _bytes -= SizeOf(next);
            return (next, 0);
        }
    }

    private bool Deliver(Notice notice)
    {
        try
        {
            return deliver(notice);
        }
        catch (Exception)
        {
            return false; // counted as lost, and told so
        }
    }

    // Holds the gate.
    private bool WaitUntilEmpty(long end)
    {
        while (_delivering || _queue.Count > 0 || (_lost > 0 && !_failing))
        {
            long left = end - Environment.TickCount64;
            if (left <= 0)
            {
                return false;
            }

            _ = Monitor.Wait(_gate, (int)left);
        }

        return true;
    }

    // Holds the gate. The newest message is always kept.
    private void DropOldest(int maxCount, int maxBytes)
    {
        while (_queue.Count > 1 && (_queue.Count > maxCount || _bytes > maxBytes))
        {
            _bytes -= SizeOf(_queue.Dequeue());
            _lost++;
        }
    }

    private static int SizeOf(Notice notice) => notice.Message.Length * sizeof(char);

    private static Notice LinesLost(int count)
    {
        Notice? made = null;
        Log.LinesLost(new NoticeLogger(notice => made = notice, static _ => true), count);
        return made!;
    }
}
