using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>A child that is killed because nothing watches it. It is reaped without a wait on the caller's thread: a process that waits for a disk takes KILL when the disk answers.</summary>
internal static class UnwatchedChild
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>KILL to the process group that the child leads.</summary>
    /// <param name="pid">The child; it was not reaped yet.</param>
    /// <param name="ended">Called when it is reaped, on any thread.</param>
    internal static void End(int pid, Action? ended = null)
    {
        Children.KillGroup(pid);
        _ = ReapAsync(pid, ended);
    }

    private static async Task ReapAsync(int pid, Action? ended)
    {
        TimeSpan pause = FirstPause;
        while (Children.TryReap(pid) is null)
        {
            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        ended?.Invoke();
    }
}
