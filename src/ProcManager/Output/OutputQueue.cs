namespace ProcManager.Output;

/// <summary>
/// What workers have written, on its way to the log: a bounded queue and a thread that writes. A log that takes nothing holds that thread only. When the queue is full, the oldest lines are dropped, and their number is told in
/// their place.
/// </summary>
/// <param name="write">Writes whole lines of one worker; may wait. Gives how many are lost.</param>
/// <param name="tellLost">Says that so many lines were lost; may wait. False: that is lost, too.</param>
/// <param name="lostBefore">Lines that the manager before has lost and not told.</param>
internal sealed class OutputQueue(Func<OutputSource, ReadOnlyMemory<byte>, long> write, Func<long, bool> tellLost, long lostBefore = 0)
{
    internal const int MaxBytes = 1024 * 1024;

    /// <summary>Beside its bytes each block has an array and a place in the queue.</summary>
    private const int Overhead = 64;

    private readonly object _gate = new();
    private readonly Queue<(OutputSource Source, byte[] Lines)> _queue = new();
    private int _bytes;
    private long _lost = lostBefore;
    private bool _writing;
    private bool _failing;
    private bool _started;

    /// <summary>Never waits.</summary>
    internal void Add(OutputSource source, ReadOnlySpan<byte> lines)
    {
        byte[] copy = lines.ToArray();
        lock (_gate)
        {
            _queue.Enqueue((source, copy));
            _bytes += copy.Length + Overhead;
            while (_bytes > MaxBytes && _queue.Count > 1)
            {
                byte[] oldest = _queue.Dequeue().Lines;
                _bytes -= oldest.Length + Overhead;
                _lost += oldest.AsSpan().Count((byte)'\n');
            }

            if (!_started)
            {
                _started = TryStart();
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>How many lines are lost when this process ends now.</summary>
    internal long Unwritten
    {
        get
        {
            lock (_gate)
            {
                return _lost + _queue.Sum(static b => (long)b.Lines.AsSpan().Count((byte)'\n'));
            }
        }
    }

    /// <summary>Waits until all is written, or the time is over.</summary>
    internal void Flush(TimeSpan limit)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_gate)
        {
            while (_started && (_writing || _queue.Count > 0 || (_lost > 0 && !_failing)) && end - Environment.TickCount64 is > 0 and var left)
            {
                _ = Monitor.Wait(_gate, (int)left);
            }
        }
    }

    private bool TryStart()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = "procmanager output log" }.Start();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false; // the system gives no more threads; the next lines try again
        }
    }

    private void Run()
    {
        while (true)
        {
            (OutputSource? source, byte[] lines, long lost) = Take();
            long lostNow = source is null ? Guarded(() => tellLost(lost) ? 0 : lost, lost) : Guarded(() => write(source, lines), lines.AsSpan().Count((byte)'\n'));
            lock (_gate)
            {
                _writing = false;
                _failing = lostNow > 0;
                _lost += lostNow;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private (OutputSource? Source, byte[] Lines, long Lost) Take()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && (_lost == 0 || _failing))
            {
                _ = Monitor.Wait(_gate);
            }

            _writing = true;
            if (_lost > 0 && !_failing)
            {
                long lost = _lost;
                _lost = 0;
                return (null, [], lost);
            }

            (OutputSource source, byte[] lines) = _queue.Dequeue();
            _bytes -= lines.Length + Overhead;
            return (source, lines, 0);
        }
    }

    private static long Guarded(Func<long> write, long all)
    {
        try
        {
            return write();
        }
        catch (Exception)
        {
            return all; // counted as lost, and told so
        }
    }
}
