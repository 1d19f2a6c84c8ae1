using ProcManager.Runtime;
using ProcManager.Supervision;

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
    public void Two_threads_that_post_at_once_do_not_both_get_the_last_place()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var first = new Thread(() => _gate.TryPost(1, () =>
        {
            begun.Set();
            go.Wait();
            _posted++;
        }));
        first.Start();
        begun.Wait();
        bool? isSecondIn = null;
        var second = new Thread(() => isSecondIn = _gate.TryPost(1, () => _posted++));
        second.Start();
        SpinWait.SpinUntil(() => isSecondIn is not null || (second.ThreadState & ThreadState.WaitSleepJoin) != 0);
        go.Set();
        first.Join();
        second.Join();
        isSecondIn.Should().BeFalse();
        _posted.Should().Be(1);
    }

    [Fact]
    public void Places_that_come_free_while_others_are_taken_are_all_counted()
    {
        AtOnce(4, () =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                if (_gate.TryPost(int.MaxValue, static () => { }))
                {
                    _gate.Left();
                }
            }
        });
        Post().Should().BeTrue();
        Post().Should().BeTrue();
        Post().Should().BeFalse();
    }

    [Fact]
    public void The_gate_does_not_close_over_what_is_in_the_inbox()
    {
        using var inbox = new Inbox();
        _gate.TryPost(1, () => inbox.Post(new ManagerEvent.Tick())).Should().BeTrue();
        _gate.TryClose(inbox).Should().BeFalse();
        _gate.IsClosed.Should().BeFalse();
        inbox.TryTake(out _);
        _gate.TryClose(inbox).Should().BeTrue();
        _gate.IsClosed.Should().BeTrue();
    }

    // The threads of a host give connections without end, and the manager's loop takes them, up to its end or until it becomes another program.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_several_threads_give_is_taken_by_the_loop_or_is_still_theirs(bool ends)
    {
        for (int round = 0; round < 300; round++)
        {
            var gate = new DispatchGate();
            using var inbox = new Inbox();
            int given = 0;
            int taken = 0;
            bool isOver = false;
            var loop = new Thread(() =>
            {
                do
                {
                    Take();
                }
                while (taken < 10 || !(ends ? Ends() : gate.TryClose(inbox)));

                Thread.SpinWait(1000); // what is given now is lost
                Volatile.Write(ref isOver, true);
            });
            loop.Start();
            AtOnce(3, () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    if (gate.TryPost(4, () => inbox.Post(new ManagerEvent.Tick())))
                    {
                        Interlocked.Increment(ref given);
                    }

                    Thread.SpinWait(Random.Shared.Next(300));
                }
            });
            loop.Join();
            given.Should().Be(taken);
            inbox.IsEmpty.Should().BeTrue();

            void Take()
            {
                while (inbox.TryTake(out _))
                {
                    taken++;
                    gate.Left();
                }
            }

            bool Ends()
            {
                gate.Close();
                Take();
                return true;
            }
        }
    }

    [Fact]
    public void What_cannot_be_posted_does_not_count()
    {
        Assert.Throws<FormatException>(() => _gate.TryPost(1, static () => throw new FormatException()));
        _gate.TryPost(1, () => _posted++).Should().BeTrue();
    }

    private static void AtOnce(int threads, Action run)
    {
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => run()))];
        Array.ForEach(all, static t => t.Start());
        Array.ForEach(all, static t => t.Join());
    }

    private bool Post() => _gate.TryPost(2, () => _posted++);
}
