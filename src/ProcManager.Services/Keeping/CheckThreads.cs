namespace ProcManager.Services.Keeping;

/// <summary>
/// Threads that make checks. One does it all as long as no check hangs, as on a file system that does not answer; then another one goes on. Not the pool's threads: those look around for more work before they sleep,
/// which takes more processor time than the checks.
/// </summary>
internal sealed class CheckThreads : IDisposable
{
    private const int MaxThreads = 64;
    private const int StackSize = 256 * 1024;

    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private int _idle;
    private int _threads;
    private bool _ends;

    /// <summary>Never waits.</summary>
    internal void Run(Action work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            if (_idle < _work.Count && _threads < MaxThreads && TryStart())
            {
                _threads++;
            }

            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ends = true;
            Monitor.PulseAll(_gate);
        }
    }

    // A thread that cannot be made is tried again with the next work.
    private bool TryStart()
    {
        try
        {
            new Thread(Work, StackSize) { IsBackground = true, Name = "procmanager checks" }.Start();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (_work.Count == 0 && !_ends)
            {
                _ = Monitor.Wait(_gate);
            }

            _idle--;
            return _ends ? null : _work.Dequeue();
        }
    }
}
