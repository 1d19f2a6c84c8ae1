using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

public sealed class Leaderships : IDisposable
{
    private readonly int _file = AnonymousFile.Open("procmanager-test", 4096);
    private readonly List<One> _all = [];

    [Fact]
    public void One_worker_leads_and_the_next_one_when_that_is_told_to_leave()
    {
        One first = Begin();
        first.Next().Should().BeTrue();
        One second = Begin();

        first.Leaves();
        first.Leadership.IsLeader.Should().BeFalse("at once, not when its thread has heard");
        first.Next().Should().BeFalse();

        second.Next().Should().BeTrue();
        second.Leadership.IsLeader.Should().BeTrue();
    }

    [Fact]
    public void No_other_worker_leads_while_a_handler_of_the_last_leader_runs()
    {
        using var go = new ManualResetEventSlim();
        One first = Begin(ends: go.Wait);
        first.Next().Should().BeTrue();
        One second = Begin();

        first.Leaves();
        first.Next().Should().BeFalse();
        LeaderLock.On(_file).TryTake().Should().BeFalse("the handler has not returned");
        second.Leadership.IsLeader.Should().BeFalse();
        go.Set();

        second.Next().Should().BeTrue();
    }

    [Fact]
    public void A_worker_that_serves_but_is_not_asked_and_one_that_stands_by_are_no_candidates()
    {
        One silent = Create();
        silent.Leadership.Serve();
        One standby = Create();
        standby.Leadership.Want();
        standby.Leadership.WarmUp();
        One other = Begin();
        other.Next().Should().BeTrue("nobody else has taken the lock");

        standby.Leadership.Serve();
        silent.Leadership.IsLeader.Should().BeFalse();
        other.Leaves();
        standby.Next().Should().BeTrue();
    }

    [Fact]
    public void A_worker_that_was_told_to_leave_while_it_waited_does_not_lead()
    {
        One first = Begin();
        first.Next().Should().BeTrue();
        One leaving = Begin();
        leaving.Leaves();
        One third = Begin();

        first.Leaves();

        third.Next().Should().BeTrue();
        leaving.Heard.Should().BeEmpty();
    }

    [Fact]
    public async Task A_worker_without_the_lock_says_so_once_and_never_leads()
    {
        int folder = LibC.open("/", Constants.O_CLOEXEC, 0); // not open for writing, and cannot be
        var log = new ListLogger();
        var dispatcher = new Dispatcher(WorkerBoard.Private(), 0);
        var leadership = new Leadership(folder, new Departure(dispatcher, NullLogger.Instance, static _ => { }), log);

        leadership.Serve();
        leadership.Want();

        await log.FirstLine.Within();
        leadership.Want();
        log.Lines.Should().ContainSingle().Which.Should().StartWith("this worker can never lead the pool: fcntl(scoreboard, F_SETLKW)");
        leadership.IsLeader.Should().BeFalse();
        Descriptors.Close(folder);
    }

    [Fact]
    public void A_plain_process_always_leads_and_a_manager_never()
    {
        using var plain = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        plain.IsLeader.Should().BeTrue();
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 2, NoSignals = true });
        manager.IsLeader.Should().BeFalse();
    }

    public void Dispose()
    {
        _all.ForEach(static o => o.Leaves());
        Descriptors.Close(_file);
    }

    private One Begin(Action? ends = null)
    {
        One one = Create(ends);
        one.Leadership.Want();
        one.Leadership.Serve();
        return one;
    }

    private One Create(Action? ends = null)
    {
        var one = new One(_file, ends);
        _all.Add(one);
        return one;
    }

    private sealed class One
    {
        private readonly Departure _departure;

        internal One(int file, Action? ends)
        {
            _departure = new Departure(new Dispatcher(WorkerBoard.Private(), 0), NullLogger.Instance, static _ => { });
            Leadership = new Leadership(file, _departure, NullLogger.Instance);
            Leadership.Changed = () =>
            {
                bool leads = Leadership.IsLeader;
                Heard.Add(leads);
                if (!leads)
                {
                    ends?.Invoke();
                }
            };
        }

        internal Leadership Leadership { get; }

        internal BlockingCollection<bool> Heard { get; } = [];

        internal bool Next() => Heard.TryTake(out bool leads, TimeSpan.FromSeconds(30)) ? leads : throw new TimeoutException("IsLeader has not changed.");

        internal void Leaves() => _departure.RaiseFlag(DepartureReason.Term);
    }
}
