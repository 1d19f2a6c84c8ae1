using System.Runtime.CompilerServices;

namespace ProcManager.Diagnostics.TestTarget;

// NoInlining and NoOptimization: each method is to be seen on the stack.

internal static class Sleeping
{
    internal static void Begin(int threads) => Stuck.SayReady(Enumerable.Range(0, threads).Select(static _ => Stuck.Start(SleepForever, "sleeper")).ToArray());

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void SleepForever() => Thread.Sleep(Timeout.Infinite);
}

internal static class Locked
{
    private static readonly Lock Gate = new();
    private static readonly ManualResetEventSlim Held = new();

    internal static void Begin()
    {
        Thread owner = Stuck.Start(HoldTheLock, "owner");
        Held.Wait();
        Stuck.SayReady(owner, Stuck.Start(static () => WaitForTheLock("a", [1]), "waiter"));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void HoldTheLock()
    {
        lock (Gate)
        {
            Held.Set();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void WaitForTheLock(string who, List<int> numbers)
    {
        lock (Gate)
        {
            Console.WriteLine(who + numbers.Count);
        }
    }
}

internal static class Deadlock
{
    private static readonly object First = new();
    private static readonly object Second = new();
    private static int _holding;

    internal static void Begin() => Stuck.SayReady(Stuck.Start(FirstThenSecond), Stuck.Start(SecondThenFirst));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void FirstThenSecond() => TakeBoth(First, Second);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void SecondThenFirst() => TakeBoth(Second, First);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void TakeBoth(object one, object other)
    {
        lock (one)
        {
            Interlocked.Increment(ref _holding);
            while (Volatile.Read(ref _holding) < 2)
            {
                Thread.SpinWait(20); // not a wait that ThreadState shows
            }

            lock (other)
            {
                Console.WriteLine("never");
            }
        }
    }
}

internal static class Spinning
{
    private static long _turns;

    internal static void Begin()
    {
        _ = Stuck.Start(SpinForever, "spinner");
        SpinWait.SpinUntil(static () => Volatile.Read(ref _turns) > 0);
        Stuck.SayReady();
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void SpinForever()
    {
        while (true)
        {
            Volatile.Write(ref _turns, _turns + 1);
        }
    }
}

/// <summary>Deep stacks, no two of them equal.</summary>
internal static class Deep
{
    internal static void Begin(int threads) => Stuck.SayReady(Enumerable.Range(0, threads).Select(static i => Stuck.Start(() => Left(i, 300), "deep")).ToArray());

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Left(int way, int levels) => Down(way, levels);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Right(int way, int levels) => Down(way, levels);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void Down(int way, int levels)
    {
        if (levels == 0)
        {
            Thread.Sleep(Timeout.Infinite);
        }
        else if ((way >> (levels & 7) & 1) == 0)
        {
            Left(way, levels - 1);
        }
        else
        {
            Right(way, levels - 1);
        }
    }
}

internal static class Pool
{
    private static readonly TaskCompletionSource<Thread> Blocked = new();

    internal static void Begin()
    {
        ThreadPool.QueueUserWorkItem(static _ => BlockTheThread());

        // Two threads with nothing of this program on their stacks.
        ThreadStart wait = new ManualResetEventSlim().Wait;
        Stuck.SayReady(Blocked.Task.Result, Stuck.Start(wait, "framework"), Stuck.Start(wait, "framework"));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static void BlockTheThread()
    {
        Blocked.SetResult(Thread.CurrentThread);
        Thread.Sleep(Timeout.Infinite);
    }
}

internal static class Awaiting
{
    private static volatile bool _isAboutTo;

    internal static async Task Forever()
    {
        Thread first = Thread.CurrentThread;
        _ = Stuck.Start(() =>
        {
            SpinWait.SpinUntil(static () => _isAboutTo); // before, it waits for the start of this thread
            Stuck.SayReady(first);
        });
        _isAboutTo = true;
        await new TaskCompletionSource().Task;
    }
}
