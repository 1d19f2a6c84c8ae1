namespace ProcManager.Services.Supervision;

/// <summary>A service has died, or did not come up: what is told, and when the next start is tried.</summary>
internal static class Ending
{
    private const int FlappingDowns = 5;

    private static readonly TimeSpan FlappingWithin = TimeSpan.FromMinutes(10);

    /// <summary>Snapshots keep to their time by themselves; after this time more they are not trusted.</summary>
    private static readonly TimeSpan SnapshotGrace = TimeSpan.FromSeconds(1);

    /// <summary>The process of the start command has ended. Of a foreground service that is the service.</summary>
    internal static void Ended(Decision decision, ServiceEvent.Ended ended)
    {
        if (ended.Run != decision.Service.Run || !decision.Service.HasChild)
        {
            return;
        }

        decision.Update(s => s with { HasChild = false, Process = decision.IsForeground ? null : s.Process });
        switch (decision.Service.State)
        {
            case ServiceState.Stopping:
                Stopping.Complete(decision);
                break;
            case ServiceState.Starting when decision.IsForeground:
                StartFailed(decision, $"it ended {Diagnostics.Words.Time(decision.Now - decision.Service.Since)} after its start: it {ended.How}");
                break;
            case ServiceState.Starting when ended.IsFailure:
                StartFailed(decision, $"the start command {ended.How}");
                break;
            case ServiceState.Starting:
                Looking.Look(decision);
                break;
            case ServiceState.Unknown or ServiceState.Up or ServiceState.Failing when decision.IsForeground:
                GoDown(decision, $"it {ended.How}");
                break;
            case ServiceState.Paused when decision.IsForeground:
                decision.Do(new ServiceEffect.RecordDeath($"it {ended.How}"));
                decision.Update(s => s with { Reason = $"{s.Reason}; it {ended.How}" });
                break;
        }
    }

    /// <summary>The service was up, or was taken to be, and is down. What is known is written down at once; a snapshot of what still runs is awaited, one of a dead process is not.</summary>
    internal static void GoDown(Decision decision, string reason)
    {
        if (IsNotStartedYet(decision))
        {
            decision.Update(static s => s with { Streak = 1, Failures = [] });
            decision.Enter(ServiceState.Down, reason);
            StopOrGoOn(decision, Next(decision));
            return;
        }

        bool wasCalm = decision.Service.UpSince is { } up && decision.Now - up >= decision.Definition.Backoff.ResetAfter;
        decision.Update(s => s with
        {
            UpSince = null,
            Streak = (wasCalm ? 0 : s.Streak) + 1,
            Downs = [.. s.Downs.Where(t => decision.Now - t < FlappingWithin), decision.Now],
            SnapshotNumber = s.SnapshotNumber + 1,
            IsDeathKnown = true,
            Failures = [],
        });
        decision.Do(new ServiceEffect.RecordDeath(reason));
        if (decision.Service.Downs.Length >= FlappingDowns)
        {
            decision.Update(static s => s with { IsFlapping = true });
            decision.TellOnce(ServiceChange.Flapping, $"it was down {decision.Service.Downs.Length} times within {Diagnostics.Words.Time(FlappingWithin)}; now: {reason}");
        }
        else if (decision.Service.Told is null)
        {
            decision.TellOnce(ServiceChange.Down, reason);
        }

        var snapshot = new ServiceEffect.TakeSnapshot(decision.Service.SnapshotNumber, reason, decision.Service.Process);
        decision.Enter(ServiceState.Down, reason, decision.Now + decision.Service.SnapshotTimeout + SnapshotGrace);
        if (decision.IsForeground && !decision.Service.HasChild)
        {
            StopOrGoOn(decision, Next(decision));
        }

        decision.Do(snapshot); // after the start: the first milliseconds are the service's
    }

    internal static void SnapshotTaken(Decision decision, int number)
    {
        if (decision.Service.State == ServiceState.Down && number == decision.Service.SnapshotNumber)
        {
            StopOrGoOn(decision, Next(decision));
        }
    }

    /// <summary>The start command failed, or the service did not come up in time.</summary>
    internal static void StartFailed(Decision decision, string reason)
    {
        decision.Update(s => s with { Streak = s.Streak + 1 });
        if (!decision.Service.IsDeathKnown)
        {
            decision.Do(new ServiceEffect.RecordDeath($"the start failed: {reason}"));
        }

        if (decision.Service.Told != ServiceChange.GivenUp)
        {
            decision.TellOnce(ServiceChange.StartFailed, reason);
        }

        decision.Update(s => s with { Reason = $"the start failed: {reason}" });
        AfterStop next = decision.Service.KeeperStops ? AfterStop.End : Next(decision); // the keeper has waited for this start, and not for another
        if (decision.Service.HasChild && !decision.IsForeground)
        {
            Stopping.Begin(decision, next, decision.Service.Reason, killsStart: true);
        }
        else
        {
            StopOrGoOn(decision, next);
        }
    }

    /// <summary>What comes after a stop, or at once where nothing is left to stop.</summary>
    internal static void GoOn(Decision decision, AfterStop next)
    {
        ServiceCondition service = decision.Service;
        if (service.KeeperStops && (decision.IsForeground || service.IsPaused || next is AfterStop.GiveUp or AfterStop.End))
        {
            decision.Enter(decision.IsForeground ? ServiceState.Stopped : ServiceState.Down, "the keeper was stopped");
        }
        else if (service.IsPaused && !service.KeeperStops)
        {
            decision.Enter(ServiceState.Paused, next == AfterStop.Pause ? Halting.StoppedReason : Orders.PausedReason);
        }
        else if (next == AfterStop.GiveUp)
        {
            string rule = $"{decision.Definition.GiveUp!.Restarts} {Diagnostics.Words.Of(decision.Definition.GiveUp.Restarts, "restart")} within {Diagnostics.Words.Time(decision.Definition.GiveUp.Within)} did not help; last: {service.Reason}";
            decision.Enter(ServiceState.GivenUp, rule);
            decision.TellOnce(ServiceChange.GivenUp, rule);
        }
        else if (next == AfterStop.BackOff && !service.KeeperStops)
        {
            BackOff(decision);
        }
        else
        {
            Starting.Proceed(decision, looksFirst: false);
        }
    }

    /// <summary>A service that was up for long enough begins anew: without a delay, and as one that does not flap.</summary>
    internal static void CalmDown(Decision decision)
    {
        if (decision.Service.CalmAt(decision.Definition) <= decision.Now)
        {
            bool flapped = decision.Service.IsFlapping;
            decision.Update(static s => s with { Streak = 0, IsFlapping = false, Downs = s.IsFlapping ? [] : s.Downs });
            if (flapped)
            {
                decision.TellRecovered($"the service has been up for {Diagnostics.Words.Time(decision.Definition.Backoff.ResetAfter)} and does not flap any more");
            }
        }
    }

    private static void BackOff(Decision decision)
    {
        if (decision.Service is { IsOnce: true, Told: ServiceChange.StartFailed })
        {
            decision.Enter(ServiceState.BackingOff, decision.Service.Reason);
            return;
        }

        TimeSpan delay = Delay(decision.Definition.Backoff, decision.Service.Streak);
        decision.Enter(ServiceState.BackingOff, decision.Service.Reason, decision.Now + delay);
        if (delay == TimeSpan.Zero)
        {
            Starting.Proceed(decision, looksFirst: false);
        }
    }

    /// <summary>None after the first failure; then the initial one, which doubles.</summary>
    private static TimeSpan Delay(ServiceBackoff backoff, int streak)
    {
        if (streak <= 1)
        {
            return TimeSpan.Zero;
        }

        double ticks = backoff.Initial.Ticks * Math.Pow(2, Math.Min(streak - 2, 60));
        return ticks < backoff.Max.Ticks ? TimeSpan.FromTicks((long)ticks) : backoff.Max;
    }

    /// <summary>At the keeper's start, as after a boot, or after an operator's stop, a detached service that does not run has not died: its start is no news, unless it fails. A single round tells all that it does.</summary>
    private static bool IsNotStartedYet(Decision decision) => !decision.IsForeground && decision.Service is { WasUp: false, IsOnce: false, IsGone: true } && (decision.Service.Run == decision.Service.RunsBefore || decision.Service.WasHalted);

    private static AfterStop Next(Decision decision) =>
        decision.Definition.GiveUp is { } rule && decision.Service.Restarts.Count(t => decision.Now - t < rule.Within) >= rule.Restarts ? AfterStop.GiveUp : AfterStop.BackOff;

    private static void StopOrGoOn(Decision decision, AfterStop next)
    {
        if (Stopping.IsNeeded(decision))
        {
            Stopping.Begin(decision, next, decision.Service.Reason);
        }
        else
        {
            GoOn(decision, next);
        }
    }
}
