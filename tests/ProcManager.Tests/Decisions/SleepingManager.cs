using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class SleepingManager
{
    private static readonly Dictionary<string, Action<Pool>> Pasts = new()
    {
        ["started"] = static _ => { },
        ["more wanted"] = static p => p.Scale(2),
        ["fewer wanted"] = static p => p.Scale(-1),
        ["a crash"] = static p => p.Crashes(0),
        ["a stranger's signal"] = static p => p.EndsBy(1, 15),
        ["left by itself"] = static p => p.LeavesByItself(0),
        ["request limit"] = static p => p.AsksToLeave(0),
        ["a reload"] = static p => p.Reload(),
        ["two reloads"] = static p => p.Feed(new ManagerEvent.ReloadRequested(), new ManagerEvent.ReloadRequested()),
        ["a failed reload"] = static p =>
        {
            p.Reload();
            p.Obey();
            p.Wait(1);
            p.Exits(p.Starting.First(), 1);
        },
        ["a crash loop"] = static p =>
        {
            for (int i = 0; i < 30; i++)
            {
                p.Wait(p.State.Workers.Length == 0 ? 1 : 0);
                p.Crashes(p.State.Workers.Select(static w => w.Slot).FirstOrDefault());
            }
        },
        ["the manager away"] = static p => p.Sleeps(TimeSpan.FromDays(1)),
        ["a signal without a meaning"] = static p => p.Feed(new ManagerEvent.Unused("USR2")),
    };

    public static TheoryData<string, ReloadStrategy> All
    {
        get
        {
            var all = new TheoryData<string, ReloadStrategy>();
            foreach (string past in Pasts.Keys)
            {
                all.Add(past, ReloadStrategy.Rolling);
                all.Add(past, ReloadStrategy.AllAtOnce);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void When_all_serve_again_the_manager_sleeps_without_end_whatever_happened(string past, ReloadStrategy strategy)
    {
        Pool pool = Pool.Running(3, p => p with { ReloadStrategy = strategy, StartDelay = TimeSpan.FromSeconds(1) });
        Pasts[past](pool);

        pool.Calm();

        pool.State.NextWake.Should().BeNull();
        pool.Serving.Should().HaveCount(pool.State.Target);
        pool.Wait(TimeSpan.FromDays(100));
        pool.Last.Should().BeEmpty();
    }
}
