using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A pool of one whose worker is in a request that does not end, until <see cref="Ended"/> is set.</summary>
internal sealed class HungWorker
{
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    internal static readonly RequestKey Request = Seen.Key(7);

    internal HungWorker(
        WatchdogSteps ladder,
        Func<WatchdogPolicy, WatchdogPolicy>? with = null,
        char state = 'S',
        double die = 30,
        double canary = 1,
        int count = 1,
        Func<PoolPolicy, PoolPolicy>? pool = null)
    {
        var policy = new WatchdogPolicy { Limit = TimeSpan.FromSeconds(120), Interval = TimeSpan.FromSeconds(10), Ladder = ladder, Grace = Grace };
        Pool = Pool.Running(count, p => (pool ?? (static p => p))(p with
        {
            Watchdog = with?.Invoke(policy) ?? policy,
            DieTimeout = TimeSpan.FromSeconds(die),
            CanaryTime = TimeSpan.FromSeconds(canary),
            StartTimeout = null,
        }));
        Pool.Sees = worker => Ended || !worker.EverReady ? Seen.Idle(worker.Slot)
            : Unknown ? Seen.Unknown(worker.Slot)
            : IsScope ? Seen.In(worker.Slot, Seen.Scope(7, worker.ServesSince))
            : Seen.In(worker.Slot, 7);
        Pool.Examines = _ => (state, TimeSpan.Zero);
        Pool.UnderWay = (_, _) => !Ended;
    }

    internal Pool Pool { get; }

    internal bool Ended { get; set; }

    /// <summary>Its request is a scope.</summary>
    internal bool IsScope { get; init; }

    /// <summary>And cannot be read now.</summary>
    internal bool Unknown { get; set; }

    /// <summary>Time passes until it is found.</summary>
    internal HungWorker Find()
    {
        for (int looks = 0; looks < 100; looks++)
        {
            Pool.ToNextWake();
            if (Pool.Said<PoolAction.SayHung>().Any())
            {
                return this;
            }
        }

        throw new InvalidOperationException("Nothing was found.");
    }
}
