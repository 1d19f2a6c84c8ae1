using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// For a thread whose wake-up somebody waits for: with the shortest time slice there is, the kernel (since Linux 6.12, see sched_setattr(2)) lets it
/// take a processor from one that computes, where it would otherwise wait for the end of that one's slice, some milliseconds. Everybody may
/// do this. Elsewhere nothing changes.
/// </summary>
internal static class ShortSlice
{
    /// <summary>For the calling thread, and not for those that it makes; so not with a nice value below 0, which those would lose with it.</summary>
    internal static void Take(int manager)
    {
        if (Own(manager) is { Nice: >= 0 } own)
        {
            own.Runtime = Scheduling.ShortestSlice;
            own.Flags |= SCHED_FLAG_RESET_ON_FORK; // stays: taking it back is not everybody's right
            _ = Scheduling.TrySet(0, own);
        }
    }

    internal static void GiveBack(int manager)
    {
        if (Own(manager) is { } own)
        {
            own.Runtime = 0;
            _ = Scheduling.TrySet(0, own);
        }
    }

    // One that starts at leisure is given its nice value back by the manager, perhaps between the reading and the writing here.
    private static SchedulingAttributes? Own(int manager)
    {
        if (!Scheduling.TryGet(0, out SchedulingAttributes own) || !own.IsFair)
        {
            return null;
        }

        if (own.Nice == Scheduling.LastOfAll && Scheduling.TryGet(manager, out SchedulingAttributes its) && its.IsFair)
        {
            own.Nice = its.Nice;
        }

        return own;
    }
}
