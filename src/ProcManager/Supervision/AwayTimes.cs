namespace ProcManager.Supervision;

/// <summary>A time in which the manager did not run.</summary>
internal readonly record struct AwayTime(TimeSpan From, TimeSpan To);

/// <summary>Times in which the manager did not run count for nobody. Here for what brings a clock of its own: it is moved by as much of them as came after it.</summary>
internal static class AwayTimes
{
    private const int Most = 64;

    internal static AwayTime[] With(AwayTime[] before, TimeSpan now, TimeSpan gap)
    {
        var added = new AwayTime(now - gap, now);
        if (before.Length < Most)
        {
            return [.. before, added];
        }

        // The two oldest become one, as long as both.
        AwayTime both = before[1] with { From = before[1].From - (before[0].To - before[0].From) };
        return [both, .. before[2..], added];
    }

    /// <summary>From when on the time counts of what began then.</summary>
    internal static TimeSpan Since(AwayTime[] all, TimeSpan began)
    {
        TimeSpan since = began;
        foreach (AwayTime away in all)
        {
            if (began < away.To)
            {
                since += away.To - (began > away.From ? began : away.From);
            }
        }

        return since;
    }

    /// <summary>What began until then is so old by now.</summary>
    internal static TimeSpan Before(AwayTime[] all, TimeSpan now, TimeSpan age)
    {
        TimeSpan before = now - age;
        for (int i = all.Length - 1; i >= 0 && before < all[i].To; i--)
        {
            before -= all[i].To - all[i].From;
        }

        return before;
    }
}
