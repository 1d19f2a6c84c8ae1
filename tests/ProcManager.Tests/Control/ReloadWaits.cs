using ProcManager.Control;

namespace ProcManager.Tests.Control;

/// <summary>Which of the events of a pool is the outcome of the reload that a client has asked for.</summary>
public class ReloadWaits
{
    [Fact]
    public void A_reload_that_begins_between_the_marks_is_ours() =>
        Outcomes(Before, Began(2), After, Ready, Finished(2)).Should().Equal(null, null, null, null, "2");

    [Fact]
    public void While_another_runs_ours_is_the_next_to_begin() =>
        Outcomes(Began(2), Before, After, Finished(2), Began(3), Finished(3)).Should().Equal(null, null, null, null, null, "3");

    [Fact]
    public void A_reload_that_began_just_before_is_not_ours() =>
        Outcomes(Began(2), Before, After, Finished(2), Began(3), Refused(3), Finished(3)).Should().Equal(null, null, null, null, null, null, "3");

    [Fact]
    public void A_refusal_between_the_marks_is_the_outcome_and_another_one_is_not()
    {
        Outcomes(Before, Refused(1), After).Should().Equal(null, "refused 1", null);
        Outcomes(Before, Began(2), After, Refused(2), Finished(2)).Should().Equal(null, null, null, null, "2");
        Outcomes(Refused(1), Before, After).Should().Equal(null, null, null);
    }

    [Fact]
    public void A_request_that_nothing_followed_is_known_as_queued()
    {
        var wait = new ReloadWait();
        wait.IsQueued.Should().BeFalse();
        wait.Take(Before);
        wait.IsQueued.Should().BeFalse();
        wait.Take(After);
        wait.IsQueued.Should().BeTrue();
        wait.Take(Began(2));
        wait.IsQueued.Should().BeFalse();
    }

    private static PoolEvent Before => ReloadWait.Before;

    private static PoolEvent After => ReloadWait.After;

    private static PoolEvent Ready => new(PoolEvent.WorkerReady) { Slot = 0, Generation = 2 };

    private static PoolEvent Began(int generation) => new(PoolEvent.ReloadBegan) { Generation = generation };

    private static PoolEvent Finished(int generation) => new(PoolEvent.ReloadFinished) { Generation = generation, Outcome = "Succeeded" };

    private static PoolEvent Refused(int generation) => new(PoolEvent.ReloadFinished) { Generation = generation, Outcome = "Failed", IsRefusal = true };

    private static string?[] Outcomes(params PoolEvent[] events)
    {
        var wait = new ReloadWait();
        return [.. events.Select(e => wait.Take(e) is { } outcome ? (outcome.IsRefusal ? "refused " : "") + outcome.Generation : null)];
    }
}
