using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Hears of a worker's end before its pidfd tells, by the lock that a thread of it holds: one that stands by then need not wait until the kernel has taken down
/// the memory of the dead one. A thread of its own, since poll(2) waits for descriptors only. It only makes things faster: where it does not
/// work, or for the workers that there is no room for, the pidfd tells as ever.
/// </summary>
internal sealed unsafe class LifeWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(WorkerHandle Worker, nint Word, int Alive)> _watched = [];
    private readonly ConcurrentQueue<WorkerHandle> _dying = new();
    private readonly Action _wake;
    private readonly FutexWait* _waits = (FutexWait*)NativeMemory.AllocZeroed(Futex.Most, (nuint)sizeof(FutexWait));
    private readonly int* _turn = (int*)NativeMemory.AllocZeroed(sizeof(int)); // another number whenever the list is another
    private Thread? _thread;
    private bool _over;

    internal LifeWatch(Action wake) => _wake = wake;

    /// <summary>From now on; null: it holds no lock.</summary>
    internal void Watch(WorkerHandle worker, int* word)
    {
        if (word == null)
        {
            return;
        }

        lock (_lock)
        {
            if (_over || _watched.Count == Futex.Most - 1)
            {
                return;
            }

            // Whoever is gone already is found so by the first look, which is before the first sleep.
            _watched.Add((worker, (nint)word, Volatile.Read(ref *word) & ~LifeLock.OwnerDied));
        }

        if (_thread is null)
        {
            Begin();
        }

        Renew();
    }

    internal void Forget(WorkerHandle worker)
    {
        bool was;
        lock (_lock)
        {
            was = _watched.RemoveAll(w => w.Worker == worker) > 0;
        }

        if (was)
        {
            Renew();
        }
    }

    /// <summary>One that is about to end.</summary>
    internal bool TryTake(out WorkerHandle? worker) => _dying.TryDequeue(out worker);

    public void Dispose()
    {
        lock (_lock)
        {
            _over = true;
        }

        Renew();
        _thread?.Join();
        NativeMemory.Free(_waits);
        NativeMemory.Free(_turn);
    }

    private void Begin()
    {
        var thread = new Thread(Run, 128 * 1024) { IsBackground = true, Name = "procmanager lives" };
        try
        {
            thread.Start();
            _thread = thread;
        }
        catch (Exception e) when (e is ThreadStartException or OutOfMemoryException)
        {
            lock (_lock)
            {
                _over = true; // no thread is left for it
            }
        }
    }

    private void Renew()
    {
        _ = Interlocked.Increment(ref *_turn);
        Futex.WakeAll(_turn);
    }

    private void Run()
    {
        ShortSlice.Take(0);
        bool can = true;
        while (can && Prepare(out int count))
        {
            can = Futex.WaitAny(_waits, count);
        }

        lock (_lock)
        {
            _over = true; // what was added is not looked at
        }
    }

    // The list's own word is read before the list is: what is changed after that ends the wait.
    private bool Prepare(out int count)
    {
        _waits[0] = Futex.On(_turn, Volatile.Read(ref *_turn));
        count = 1;
        lock (_lock)
        {
            for (int i = _watched.Count - 1; i >= 0; i--)
            {
                (WorkerHandle worker, nint word, int alive) = _watched[i];
                int now = Volatile.Read(ref *(int*)word);
                if (now == alive)
                {
                    _waits[count++] = Futex.On((int*)word, alive);
                    continue;
                }

                _watched.RemoveAt(i);
                if ((now & LifeLock.OwnerDied) != 0)
                {
                    _dying.Enqueue(worker);
                    _wake();
                }
            }

            return !_over;
        }
    }
}
