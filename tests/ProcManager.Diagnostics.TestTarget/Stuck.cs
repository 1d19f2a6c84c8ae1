namespace ProcManager.Diagnostics.TestTarget;

/// <summary>Threads that get stuck, and the word that they are.</summary>
internal static class Stuck
{
    internal static Thread Start(ThreadStart work, string? name = null)
    {
        var thread = new Thread(work) { Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Says "ready" when the threads wait where they are to wait for good.</summary>
    internal static void SayReady(params IEnumerable<Thread> threads)
    {
        foreach (Thread thread in threads)
        {
            while (!thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin))
            {
                Thread.Yield();
            }
        }

        Console.WriteLine("ready");
    }
}
