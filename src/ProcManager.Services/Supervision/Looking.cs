using System.Collections.Immutable;
using System.Globalization;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Supervision;

/// <summary>Looks at a service, and what follows from what was seen.</summary>
internal static class Looking
{
    /// <summary>Without a hint how many failures mean that the service is down.</summary>
    private const int UncertainFailures = 3;

    /// <summary>After the keeper's start a service that seems down is looked at again after this time, or after the interval when that is shorter.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestStartPause = TimeSpan.FromSeconds(1);

    /// <summary>Checks keep to their time by themselves, unless a system call hangs, as on a file system that does not answer.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Looks now, unless a look is under way.</summary>
    internal static void Look(Decision decision)
    {
        decision.Update(static s => s with { LookAt = null });
        if (decision.HasChecks && !decision.Service.IsLooking)
        {
            decision.Update(s => s with { IsLooking = true, LookNumber = s.LookNumber + 1, LookDeadline = decision.Now + Longest(decision) });
            decision.Do(new ServiceEffect.Look(decision.Service.LookNumber));
        }
    }

    internal static void Looked(Decision decision, ServiceEvent.Looked looked)
    {
        ServiceCondition service = decision.Service;
        if (!service.IsLooking || looked.Number != service.LookNumber)
        {
            return;
        }

        decision.Update(static s => s with { IsLooking = false });
        if (!decision.IsForeground)
        {
            SeenProcess? process = ProcessOf(looked.Results);
            decision.Update(s => s with { Process = process, LastProcess = process ?? s.LastProcess, SomethingRuns = looked.Results.Any(static r => r.Passed) });
        }

        if (service.StopsAfterLook)
        {
            Halting.Looked(decision, Runs(decision.Definition, looked.Results));
            return;
        }

        if (service.LooksAfterStop)
        {
            StopLook.Looked(decision, Runs(decision.Definition, looked.Results), looked.Results.All(static r => r.Passed));
            return;
        }

        if (service.RestartsAfterLook)
        {
            decision.Update(static s => s with { RestartsAfterLook = false });
            if (Orders.TryRestart(decision, Runs(decision.Definition, looked.Results)))
            {
                return;
            }
        }

        if (looked.Results.All(static r => r.Passed))
        {
            decision.Update(static s => s with { Failures = [] });
            Passed(decision);
            decision.Update(s => s with { Reason = service.RestartsAfterLook ? Orders.NotRestartedReason : s.Reason });
        }
        else
        {
            Failed(decision, looked.Results, isCertain: true);
        }
    }

    /// <summary>A look that takes too long has failed, and its result does not count any more. It says nothing of the process that was seen last.</summary>
    internal static void Await(Decision decision)
    {
        if (decision.Service.LookDeadline <= decision.Now)
        {
            decision.Update(static s => s with { IsLooking = false });
            string detail = $"the checks have not ended within {Diagnostics.Words.Time(Longest(decision))}";
            if (decision.Service.StopsAfterLook)
            {
                Halting.NotSeen(decision, detail);
                return;
            }

            if (decision.Service.LooksAfterStop)
            {
                StopLook.NotSeen(decision, detail);
                return;
            }

            Failed(decision, [.. decision.Definition.Checks.Select(_ => new CheckResult(false, detail))], isCertain: false);
        }
    }

    /// <summary>The service runs.</summary>
    internal static void Passed(Decision decision)
    {
        if (decision.Service.State is not (ServiceState.Up or ServiceState.Failing))
        {
            decision.Enter(ServiceState.Up, "");
            decision.Update(s => s with { UpSince = decision.Now, WasUp = true, WasEverUp = true, WasHalted = false, IsDeathKnown = false });
            if (!decision.Service.IsFlapping)
            {
                decision.TellRecovered("the service is up");
            }
        }
        else if (decision.Service.State == ServiceState.Failing)
        {
            decision.Enter(ServiceState.Up, "");
        }

        LookLater(decision);
    }

    /// <summary>Checks may be other ones: what they have seen does not count any more.</summary>
    internal static void DefinitionChanged(Decision decision)
    {
        decision.Update(static s => s with { Failures = [], IsLooking = false, LookAt = null });
        if (!decision.HasChecks && decision.Service.State is ServiceState.Unknown or ServiceState.Failing)
        {
            Passed(decision);
        }
        else if (!decision.HasChecks && decision.Service is { State: ServiceState.Starting, IsLaunching: false })
        {
            Starting.Await(decision);
        }
        else if (decision.Service.State is ServiceState.Unknown or ServiceState.Up or ServiceState.Failing or ServiceState.Starting || decision.Service.StopsAfterLook || decision.Service.LooksAfterStop)
        {
            Look(decision);
        }
        else if (decision.Service.State is ServiceState.BackingOff && decision.Service.Deadline is null && !decision.Service.IsOnce)
        {
            Look(decision); // the look before the start
        }
        else if (decision.Service is { State: ServiceState.Waiting, WaitsFor: null })
        {
            Starting.Proceed(decision, looksFirst: true); // the look after the wait
        }
    }

    private static void Failed(Decision decision, IReadOnlyList<CheckResult> results, bool isCertain)
    {
        decision.Update(s => s with { Seen = results.First(static r => !r.Passed).Detail });
        switch (decision.Service.State)
        {
            case ServiceState.Unknown or ServiceState.Up or ServiceState.Failing:
                Count(decision, results, isCertain);
                break;
            case ServiceState.Starting:
                TimeSpan pause = decision.Service.LookPause;
                decision.Update(s => s with { Reason = $"the checks have not passed yet: {s.Seen}", LookAt = decision.Now + pause, LookPause = Shorter(pause * 2, LongestStartPause) });
                break;
            case ServiceState.BackingOff or ServiceState.Waiting:
                Starting.Proceed(decision, looksFirst: false);
                break;
        }
    }

    private static void Count(Decision decision, IReadOnlyList<CheckResult> results, bool isCertain)
    {
        ImmutableArray<int> before = decision.Service.Failures;
        ImmutableArray<int> counts = [.. results.Select((r, i) => r.Passed ? 0 : (i < before.Length ? before[i] : 0) + 1)];
        decision.Update(s => s with { Failures = counts });
        for (int i = 0; i < counts.Length && i < decision.Definition.Checks.Count; i++)
        {
            if (counts[i] >= Threshold(decision.Definition.Checks[i], isCertain))
            {
                Ending.GoDown(decision, counts[i] == 1 ? results[i].Detail : string.Create(CultureInfo.InvariantCulture, $"{results[i].Detail} ({counts[i]} times in a row)"));
                return;
            }
        }

        decision.Enter(ServiceState.Failing, decision.Service.Seen);
        if (decision.Service.WasUp)
        {
            LookLater(decision);
        }
        else
        {
            decision.Update(s => s with { LookAt = decision.Now + Shorter(decision.Definition.Interval, FirstPause) });
        }
    }

    private static void LookLater(Decision decision)
    {
        if (decision.HasChecks)
        {
            decision.Update(s => s with { LookAt = NextLook(decision.Definition.Interval, s.LookOffset, decision.Now) });
        }
    }

    /// <summary>The next time with the offset's remainder: all services of one offset look together, and those of another one do not.</summary>
    private static TimeSpan NextLook(TimeSpan interval, TimeSpan offset, TimeSpan now)
    {
        long sinceLast = (now.Ticks - offset.Ticks) % interval.Ticks;
        return now + interval - TimeSpan.FromTicks(sinceLast < 0 ? sinceLast + interval.Ticks : sinceLast);
    }

    private static int Threshold(ServiceCheck check, bool isCertain) => check.Failures ?? (isCertain && check is (PidFileCheck or ExecutableCheck) ? 1 : UncertainFailures);

    /// <summary>Something runs, whether or not its process is known: by the checks that look for a process, or where there are none, by any.</summary>
    private static bool Runs(ServiceDefinition definition, IReadOnlyList<CheckResult> results) =>
        results.Where((r, i) => r.Passed && (!Stopping.CanTell(definition) || (i < definition.Checks.Count && Stopping.IsCertain(definition.Checks[i])))).Any();

    private static TimeSpan Longest(Decision decision) => decision.Definition.Checks.Select(static c => c.Timeout).DefaultIfEmpty().Max() + Grace;

    private static SeenProcess? ProcessOf(IReadOnlyList<CheckResult> results) => results.Select(static r => r.Process).FirstOrDefault(static p => p is not null);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
