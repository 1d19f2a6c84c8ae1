using System.Globalization;
using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>
/// Thousands of random pasts. After each the world becomes fair, and the pool must come to rest with all wanted workers; then it is
/// told to stop, and must end. PROCMANAGER_DECISION_SEED plays one sequence again, PROCMANAGER_DECISION_WALKS changes how many there are.
/// </summary>
public class RandomWalk
{
    private const int Walks = 12_000;
    private const int MostSteps = 3000;

    [Fact]
    public void Whatever_happens_in_whatever_order_every_promise_holds()
    {
        if (Environment.GetEnvironmentVariable("PROCMANAGER_DECISION_SEED") is { Length: > 0 } seed)
        {
            Walk(int.Parse(seed, CultureInfo.InvariantCulture));
            return;
        }

        int walks = Environment.GetEnvironmentVariable("PROCMANAGER_DECISION_WALKS") is { Length: > 0 } wanted ? int.Parse(wanted, CultureInfo.InvariantCulture) : Walks;
        int first = Random.Shared.Next(1_000_000_000);
        for (int i = 0; i < walks; i++)
        {
            Walk(first + i);
        }
    }

    private static void Walk(int seed)
    {
        var heard = new List<object>();
        try
        {
            Walk(new Random(seed), heard);
        }
        catch (Exception e)
        {
            Assert.Fail($"PROCMANAGER_DECISION_SEED={seed}: {e.Message}\n{string.Join('\n', heard.TakeLast(60).Prepend(heard[0]))}");
        }
    }

    private static void Walk(Random random, List<object> heard)
    {
        PoolPolicy policy = AnyPolicy(random);
        heard.Add(policy);
        var pool = new Pool(policy.Demand.Most, _ => policy);
        var world = new World(pool, random);
        Action<PoolState, ManagerEvent, IReadOnlyList<PoolAction>> check = pool.Decided!;
        pool.Decided = (before, happened, actions) =>
        {
            heard.Add(new Turn(pool.Now, happened, actions));
            check(before, happened, actions);
        };

        int refusals = random.Next(4) == 0 ? random.Next(2, 30) : 0;
        bool permanent = random.Next(4) == 0;
        pool.Refuses = () => refusals > 0 && random.Next(100) < refusals ? permanent && random.Next(2) == 0 : null;
        pool.Begin();
        for (int steps = random.Next(1, 80); steps > 0 && pool.State.Phase != PoolPhase.Ended; steps--)
        {
            world.Step();
        }

        pool.Refuses = static () => null;
        ComesToRest(pool, world);
        Ends(pool, world);
    }

    private static void ComesToRest(Pool pool, World world)
    {
        for (int steps = 0; pool.State.Phase == PoolPhase.Running && !(pool.State.NextWake is null && pool.State.Workers.All(static w => w.IsServing)); steps++)
        {
            Invariants.Holds(steps < MostSteps, "a fair world lets a pool come to rest");
            world.FairStep();
        }

        if (pool.State.Phase == PoolPhase.Running)
        {
            Invariants.Holds(pool.State.Workers.Length == pool.State.Target, "at rest, all wanted workers serve");
            Invariants.Holds(pool.State.Reload is null, "at rest, no reload is stuck");
            Invariants.Holds(!pool.State.Breaker.Open, "at rest, no crash loop is stuck");
            Invariants.Holds(pool.State.Workers.All(static w => w.RetireFor is null), "at rest, nobody waits to be replaced");
            Invariants.Holds(pool.State.ReadyAnnounced, "a pool at rest was announced ready");
        }
    }

    private static void Ends(Pool pool, World world)
    {
        if (!world.StopWasAsked && pool.State.Phase == PoolPhase.Running)
        {
            pool.Stop();
        }

        for (int steps = 0; pool.State.Phase != PoolPhase.Ended; steps++)
        {
            Invariants.Holds(steps < MostSteps, "a pool that is told to stop ends");
            world.FairStep();
        }

        PoolAction.Finish finish = pool.All.OfType<PoolAction.Finish>().Should().ContainSingle().Subject;
        if (!world.StopWasAsked)
        {
            finish.ExitCode.Should().Be(1);
            world.EverReady.Should().BeFalse("only a pool in which no worker was ever ready gives up");
        }

        pool.State.NextWake.Should().BeNull();
    }

    private static PoolPolicy AnyPolicy(Random random) => new()
    {
        Demand = Static(random.Next(1, 7)),
        StartDelay = Any(random, 0, 0, 0.5, 3),
        StartTimeout = random.Next(5) == 0 ? null : Any(random, 1, 10, 60),
        DieTimeout = random.Next(5) == 0 ? null : Any(random, 1, 10, 60),
        ReloadStrategy = random.Next(3) == 0 ? ReloadStrategy.AllAtOnce : ReloadStrategy.Rolling,
        CanaryTime = Any(random, 0, 1, 5),
        MaxSurge = random.Next(1, 5),
        CrashLimit = random.Next(1, 15),
        CrashWindow = Any(random, 1, 10, 60),
        MaxRestartDelay = Any(random, 1, 30),
        MaxSlots = random.Next(6) == 0 ? random.Next(20, 24) : Limits.MaxSlots,
    };

    private static DemandPolicy Static(int count) => new() { First = count, Most = count };

    private static TimeSpan Any(Random random, params double[] seconds) => TimeSpan.FromSeconds(seconds[random.Next(seconds.Length)]);

    private sealed record Turn(TimeSpan At, ManagerEvent Happened, IReadOnlyList<PoolAction> Actions)
    {
        public override string ToString() => $"{At:c} {Happened} => {string.Join(", ", Actions)}";
    }
}
