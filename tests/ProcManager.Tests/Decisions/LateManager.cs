using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>How long a manager that wakes too late was away. Seconds: last seen, when it was to wake, when it did.</summary>
[Trait("Row", "A2.2")]
public class LateManager
{
    [Theory]
    [InlineData(100, 160, 161.5, 1.5)]
    [InlineData(100, 160, 169.9, 9.9)]
    [InlineData(100, 200, 201, 1)]
    public void A_little_late_is_no_more_than_late(double seen, double wake, double now, double away) => Absence(seen, wake, now).Should().Be(away);

    [Theory]
    [InlineData(100, 160, 171, 71)]
    [InlineData(100, 160, 3700, 3600)]
    [InlineData(100, 102, 104.5, 4.5)]
    [InlineData(100, 101, 105, 5)]
    [InlineData(100, 100, 104, 4)]
    public void Who_was_away_for_long_may_have_been_so_since_it_was_last_seen(double seen, double wake, double now, double away) => Absence(seen, wake, now).Should().Be(away);

    private static double Absence(double seen, double wake, double now) =>
        Deadlines.Absence(TimeSpan.FromSeconds(seen), TimeSpan.FromSeconds(wake), TimeSpan.FromSeconds(now)).TotalSeconds;
}
