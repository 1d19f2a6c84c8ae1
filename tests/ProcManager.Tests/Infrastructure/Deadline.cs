namespace ProcManager.Tests.Infrastructure;

/// <summary>How long a test waits for an event before it gives up. It passes as soon as the event is there.</summary>
internal static class Deadline
{
    internal static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    /// <summary>Runs it on a thread of its own, so that a hang is a failed test and not a hung run.</summary>
    internal static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    internal static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Long);

    internal static Task Within(this Task task) => task.WaitAsync(Long);
}
