using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// Between its start and Manage a worker does not hear the manager's death, and a start that hangs would keep the listeners for ever. A timer of the kernel's ends such a worker
/// after twice its <see cref="ProcessManagerOptions.StartTimeout"/>; a manager that lives has killed it by then.
/// </summary>
internal static class BootGuard
{
    private const int Idle = -1;
    private const int Over = -2;

    private static int s_timer = Idle;

    /// <summary>Once in a worker process, before the host's own start.</summary>
    /// <param name="startTimeout">The manager's, in milliseconds; 0: none. The options of this process may still change.</param>
    internal static void Arm(int startTimeout)
    {
        if (startTimeout > 0 && Interlocked.CompareExchange(ref s_timer, Over, Idle) == Idle)
        {
            s_timer = KillTimer.Arm(2 * TimeSpan.FromMilliseconds(startTimeout));
        }
    }

    /// <summary>From now on the lifeline tells of the manager's death.</summary>
    internal static void Disarm()
    {
        if (Interlocked.Exchange(ref s_timer, Over) is >= 0 and var timer)
        {
            KillTimer.Disarm(timer);
        }
    }
}
