using System.Collections.Concurrent;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Keeping;

/// <summary>The keeper's thread: it waits in one epoll(7) for processes that end, for what other threads post, and for the next deadline. All that it calls runs on this thread.</summary>
/// <param name="failed">Gets what a step has thrown; the loop goes on.</param>
internal sealed class KeeperLoop(Action<Exception> failed) : IDisposable
{
    /// <summary>After a wake that failed there is no deadline; what is due is looked for again after this time.</summary>
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly DescriptorSet _set = DescriptorSet.OfReadable();
    private readonly WakePipe _wake = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Dictionary<int, Action> _watched = [];
    private int _isAwake;

    /// <summary>From any thread. After the loop's end it goes nowhere.</summary>
    internal void Post(Action step)
    {
        _posted.Enqueue(step);
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
        {
            _wake.Wake();
        }
    }

    /// <summary>Calls <paramref name="readable"/> as long as the descriptor has something to read.</summary>
    internal void Watch(int descriptor, Action readable)
    {
        PosixException.ThrowIf(!_set.Add(descriptor), $"epoll_ctl({descriptor})");
        _watched[descriptor] = readable;
    }

    /// <summary>To be called before the descriptor is closed.</summary>
    internal void Unwatch(int descriptor)
    {
        if (_watched.Remove(descriptor))
        {
            _set.Remove(descriptor);
        }
    }

    /// <summary>Runs until <paramref name="isOver"/>.</summary>
    /// <param name="wake">Does what is due, and gives the next deadline; null: there is none.</param>
    /// <param name="isOver">Asked after each turn.</param>
    internal void Run(Func<TimeSpan?> wake, Func<bool> isOver)
    {
        Span<int> readable = stackalloc int[32];
        Watch(_wake.Descriptor, TakePosted);
        while (true)
        {
            TimeSpan? deadline = Monotonic.Now + AfterFailure;
            Guarded(() => deadline = wake());
            if (isOver())
            {
                return;
            }

            int count = _set.Wait(readable, Milliseconds(deadline));
            foreach (int descriptor in readable[..count])
            {
                if (_watched.TryGetValue(descriptor, out Action? step)) // an earlier step may have ended the watch
                {
                    Guarded(step);
                }
            }
        }
    }

    public void Dispose()
    {
        _wake.Dispose();
        _set.Dispose();
    }

    // The flag first: what is posted after it wakes the loop again.
    private void TakePosted()
    {
        _wake.Clear();
        _ = Interlocked.Exchange(ref _isAwake, 0);
        while (_posted.TryDequeue(out Action? step))
        {
            Guarded(step);
        }
    }

    private void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    // Rounded up, so that the loop does not wake before the deadline.
    private static int Milliseconds(TimeSpan? deadline) =>
        deadline is { } time ? (int)Math.Clamp(Math.Ceiling((time - Monotonic.Now).TotalMilliseconds), 0, int.MaxValue) : -1;
}
