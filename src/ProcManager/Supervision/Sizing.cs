namespace ProcManager.Supervision;

/// <summary>How many workers there are to be, and starting those that are missing.</summary>
internal static class Sizing
{
    /// <summary>Starts ordered in one turn at most: a manager that starts hundreds still hears its signals in between.</summary>
    private const int Batch = 8;

    internal static void Change(Turn turn, long wanted)
    {
        if (turn.State.IsStopping)
        {
            turn.Do(new PoolAction.SayIgnored("a change of the number of workers", "the manager is stopping"));
            return;
        }

        int most = (int)Math.Clamp(wanted, 1, Limits.MaxProcessCount);
        bool isStatic = turn.Policy.Demand.Sizing == PoolSizing.Static;
        turn.State = turn.State with { Most = most, Target = isStatic ? most : Math.Min(turn.State.Target, most) };
        turn.Do(new PoolAction.SayTarget(most, most != wanted, isStatic));
        if (!isStatic && !PerRequest.IsOn(turn.State)) // there each request that is under way is finished
        {
            DropSurplus(turn, WorkerExitCause.ScaledDown); // here, because later nobody knows why there are too many
        }
    }

    internal static void Fill(Turn turn)
    {
        DropSurplus(turn, turn.Policy.Demand.Sizing == PoolSizing.Static ? WorkerExitCause.ScaledDown : WorkerExitCause.Idle);
        Standby.DropSurplus(turn);
        while (NextToStart(turn) is { } next)
        {
            // All events of one turn of the loop have one time, so this counts across them.
            if (turn.Count(w => w.StartedAt == turn.Now) >= Batch)
            {
                turn.WakeAt(turn.Now + TimeSpan.FromTicks(1));
                return;
            }

            if (turn.State.NextStartAt > turn.Now)
            {
                turn.WakeAt(turn.State.NextStartAt);
                return;
            }

            if (!CrashBreaker.MayStart(turn))
            {
                return;
            }

            int slot = turn.FreeSlot();
            if (slot < 0)
            {
                return; // every slot is taken by workers on their way out; the next one to end makes room
            }

            turn.Put(new WorkerState(slot, turn.State.Generation, turn.Now) { Reserve = next.Standby });
            turn.Do(new PoolAction.Launch(slot, turn.State.Generation, next.Standby));
            if (!next.Vacant)
            {
                Leisure.Begin(turn, slot);
            }

            turn.State = turn.State with { NextStartAt = turn.Now + turn.Policy.StartDelay };
            CrashBreaker.Started(turn, slot);
        }
    }

    /// <summary>Fewer are wanted: those still starting go first, then idle ones, then the youngest.</summary>
    private static void DropSurplus(Turn turn, WorkerExitCause cause)
    {
        while (turn.Count(static w => w.IsFresh) > turn.State.Target)
        {
            turn.TellToLeave(Youngest(turn, static w => w.IsFresh), cause);
        }
    }

    internal static WorkerState Youngest(Turn turn, Func<WorkerState, bool> which) => turn.Workers
        .Where(which)
        .OrderBy(static w => w.IsServing)
        .ThenByDescending(Demand.IsIdle)
        .ThenByDescending(static w => w.StartedAt)
        .ThenByDescending(static w => w.Slot)
        .First();

    /// <summary>Null: nobody is to be started. Who stands by already takes over here. Vacant: a place is empty, so it is waited for.</summary>
    private static (bool Standby, bool Vacant)? NextToStart(Turn turn)
    {
        while (IsOneMissing(turn, out bool vacant))
        {
            if (Standby.TakeOver(turn))
            {
                continue;
            }

            if (vacant || !Standby.ComesSoon(turn))
            {
                return (false, vacant);
            }

            break;
        }

        return Standby.IsOneMissing(turn) && Standby.MayStart(turn) ? (true, false) : null;
    }

    /// <summary>A vacancy is filled at once; beyond the wanted number only as many as the surge allows, to replace those that retire.</summary>
    internal static bool IsOneMissing(Turn turn, out bool vacant)
    {
        // All at once, an old worker keeps its place until it has ended.
        bool keepsPlace = turn.State.Reload?.Strategy == ReloadStrategy.AllAtOnce;
        int target = turn.State.Target;
        int fresh = turn.Count(static w => w.IsFresh);
        vacant = false;
        int taken = fresh + (keepsPlace ? turn.Count(static w => w is { IsLive: false, LeavesForReload: true, Reserve: false, LetGo: false }) : 0);
        if (taken >= target)
        {
            return false;
        }

        // Processes that not even KILL ends (stuck in the kernel) must not pile up behind replacements that get stuck too.
        if (turn.Count(static w => w.Phase == WorkerPhase.Killed || w.IsAway || w.IsCrashing || w is { Dying: true, IsServing: true }) >= target + turn.Policy.MaxSurge)
        {
            return false;
        }

        int retiring = turn.Count(static w => w.IsRetiring);
        int missing = target - taken - retiring;
        vacant = missing > 0;
        bool wanted = vacant || (retiring > 0 && taken + retiring < target + ReloadPolicy.Surge(turn, fresh));
        return wanted && SurgeBound.Allows(turn, missing);
    }
}
