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
    internal static void Arm(TimeSpan? startTimeout)
    {
        if (startTimeout is { } time && s_timer == Idle)
        {
            s_timer = KillTimer.Arm(2 * time);
        }
    }

    /// <summary>From now on the lifeline tells of the manager's death.</summary>
    internal static void Disarm()
    {
        if (s_timer >= 0)
        {
            KillTimer.Disarm(s_timer);
        }

        s_timer = Over;
    }
}
