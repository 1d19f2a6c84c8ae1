namespace ProcManager.Posix;

/// <summary>
/// A lock in shared memory that a thread holds as long as it lives. Of a thread that is gone the kernel marks the lock, see pthread_mutexattr_setrobust(3) and
/// get_robust_list(2). That is before it takes down the memory of the process, and a pidfd tells only after: for a .NET process milliseconds later.
/// </summary>
internal static unsafe class LifeLock
{
    /// <summary>Room for a pthread_mutex_t of any C library.</summary>
    internal const int Size = 56;

    /// <summary>In the lock's word: its owner is gone.</summary>
    internal const int OwnerDied = 0x40000000;

    private const int WaitersBit = unchecked((int)0x80000000);
    private const int Shared = 1; // PTHREAD_PROCESS_SHARED
    private const int Robust = 1; // PTHREAD_MUTEX_ROBUST

    /// <summary>
    /// To be called once by the thread, on zeroed memory that nobody ever frees. Returns how many bytes from there the lock's word lies, the futex that the kernel
    /// marks; -1 where there is no such lock.
    /// </summary>
    internal static int Hold(byte* memory)
    {
        if (!Futex.IsThere)
        {
            return -1;
        }

        long* attributes = stackalloc long[8];
        try
        {
            return LibC.pthread_mutexattr_init(attributes) == 0
                && LibC.pthread_mutexattr_setpshared(attributes, Shared) == 0
                && LibC.pthread_mutexattr_setrobust(attributes, Robust) == 0
                && LibC.pthread_mutex_init(memory, attributes) == 0
                && LibC.pthread_mutex_lock(memory) == 0
                ? MarkWaitedFor((int*)memory)
                : -1;
        }
        catch (EntryPointNotFoundException)
        {
            return -1; // glibc before 2.34 has them elsewhere
        }
    }

    // The kernel wakes only where the word says that somebody waits. It is the word with the thread's number: the first with glibc, the second with musl.
    private static int MarkWaitedFor(int* words)
    {
        int thread = Futex.ThreadId();
        for (int i = 0; i < 2; i++)
        {
            if (words[i] == thread)
            {
                _ = Interlocked.Or(ref words[i], WaitersBit);
                return i * sizeof(int);
            }
        }

        return -1;
    }
}
