using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// Where a worker that stands by waits for its turn, or for the word to leave. A thread that blocks here is woken by the manager itself, through a word in the
/// slot. The lifeline says the same, for a host that awaits; when nobody does, its thread stays out of the way of the one that is to serve.
/// </summary>
internal sealed unsafe class Parking(WorkerBoard board, int manager)
{
    [ThreadStatic]
    private static bool _hasShortSlice;

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int* _ended = (int*)NativeMemory.AllocZeroed(sizeof(int)); // lives as long as the process
    private int _awaited;

    internal bool IsOver => Volatile.Read(ref *board.TakesOver) != 0 || Volatile.Read(ref *_ended) != 0;

    /// <summary>For whoever does not block. From now on the lifeline's word counts; one that came before is seen in the slot.</summary>
    internal Task WhenOver()
    {
        _ = Interlocked.Exchange(ref _awaited, 1);
        if (IsOver)
        {
            board.BeginServing(); // the word came before this, when no thread awaited it
            _over.TrySetResult();
        }

        return _over.Task;
    }

    internal void Wait()
    {
        ShortSlice.GiveBack(manager); // compiled now, not when it counts
        ShortSlice.Take(manager);
        _hasShortSlice = true;
        FutexWait* words = stackalloc FutexWait[2];
        words[0] = Futex.On(board.TakesOver, 0);
        words[1] = Futex.On(_ended, 0);
        while (!IsOver)
        {
            if (!Futex.WaitAny(words, 2))
            {
                WhenOver().Wait();
            }
        }

        board.BeginServing();
    }

    /// <summary>The thread that waited here, if this is the one, has the usual time slice again.</summary>
    internal void Settle()
    {
        if (_hasShortSlice)
        {
            _hasShortSlice = false;
            ShortSlice.GiveBack(manager);
        }
    }

    /// <summary>The manager's word came by the lifeline. Those that block had it before.</summary>
    internal void TakeOver()
    {
        if (Volatile.Read(ref _awaited) != 0)
        {
            board.BeginServing();
            _over.TrySetResult();
        }
    }

    internal void Leave()
    {
        Volatile.Write(ref *_ended, 1);
        Futex.WakeAll(_ended);
        _over.TrySetResult();
    }
}
