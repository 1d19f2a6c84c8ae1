using ProcManager.Runtime;

namespace ProcManager.Tests.Runtime;

/// <summary>Connections that a host gives the manager: how many wait, and none behind the manager's last look into its inbox.</summary>
public class DispatchGates
{
    private readonly DispatchGate _gate = new();
    private int _posted;

    [Fact]
    public void As_many_wait_as_may()
    {
        Post().Should().BeTrue();
        Post().Should().BeTrue();
        Post().Should().BeFalse();
        _gate.Left();
        Post().Should().BeTrue();
        _posted.Should().Be(3);
    }

    [Fact]
    public void A_closed_gate_takes_nothing_until_it_is_open_again()
    {
        _gate.Close();
        Post().Should().BeFalse();
        _posted.Should().Be(0);
        _gate.Open();
        Post().Should().BeTrue();
    }

    [Fact]
    public void What_is_being_posted_while_the_gate_closes_is_there_when_it_is_closed()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var posts = new Thread(() => _gate.TryPost(1, () =>
        {
            begun.Set();
            go.Wait();
            _posted++;
        }));
        posts.Start();
        begun.Wait();
        int seen = -1;
        var closes = new Thread(() =>
        {
            _gate.Close();
            seen = _posted;
        });
        closes.Start();
        SpinWait.SpinUntil(() => seen >= 0 || (closes.ThreadState & ThreadState.WaitSleepJoin) != 0);
        go.Set();
        posts.Join();
        closes.Join();
        seen.Should().Be(1);
    }

    [Fact]
    public void What_cannot_be_posted_does_not_count()
    {
        Assert.Throws<FormatException>(() => _gate.TryPost(1, static () => throw new FormatException()));
        _gate.TryPost(1, () => _posted++).Should().BeTrue();
    }

    private bool Post() => _gate.TryPost(2, () => _posted++);
}
