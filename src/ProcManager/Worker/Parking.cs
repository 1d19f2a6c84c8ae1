using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// Where a worker that stands by waits for its turn, or for the word to leave. A thread that blocks here is woken by the manager itself, through a word in the
/// slot: the word on the lifeline, which says the same to a host that awaits, would take another thread first.
/// </summary>
internal sealed unsafe class Parking(WorkerBoard board, int manager)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int* _ended = (int*)NativeMemory.AllocZeroed(sizeof(int)); // lives as long as the process

    private int _woken; // the thread
    private int _waits;

    internal Task Over => _over.Task;

    internal void Wait()
    {
        ShortSlice.Take(manager, forGood: false);
        _woken = Environment.CurrentManagedThreadId;
        WaitForEither();
        board.BeginServing();
    }

    /// <summary>Before each wait for a connection. With the second one the thread that waited here has answered, and its time slice is the usual one again.</summary>
    internal void Settle()
    {
        if (_woken == Environment.CurrentManagedThreadId && ++_waits == 2)
        {
            _woken = 0;
            ShortSlice.GiveBack(manager);
        }
    }

    internal void End()
    {
        Volatile.Write(ref *_ended, 1);
        Futex.WakeAll(_ended);
        _over.TrySetResult();
    }

    private void WaitForEither()
    {
        FutexWait* words = stackalloc FutexWait[2];
        words[0] = Futex.On(board.TakesOver, 0);
        words[1] = Futex.On(_ended, 0);
        while (Volatile.Read(ref *board.TakesOver) == 0 && Volatile.Read(ref *_ended) == 0)
        {
            if (!Futex.WaitAny(words, 2))
            {
                Over.Wait();
            }
        }
    }
}
