using System.Globalization;
using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>
/// Thousands of random pasts. After each the world becomes fair, and the pool must come to rest with all wanted workers; then it is
/// told to stop, and must end. In some, one process that was killed is never reaped before that. PROCMANAGER_DECISION_SEED plays one sequence again, PROCMANAGER_DECISION_WALKS changes how many there are.
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
            Assert.Fail($"PROCMANAGER_DECISION_SEED={seed}: {e.Message}\n{string.Join('\n', heard.Where(static h => h is not Turn { Actions.Count: 0 } && (h is not Turn { Happened: ManagerEvent.Tick } t || t.Actions.Any(static a => a is not PoolAction.Look))).TakeLast(60).Prepend(heard[0]))}");
        }
    }

    private static void Walk(Random random, List<object> heard)
    {
        PoolPolicy policy = AnyPolicies.Any(random);
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
        if (world.Stick() is { } stuck)
        {
            ComesToRest(pool, world, stuck);
            world.LetGo();
        }

        ComesToRest(pool, world);
        Ends(pool, world);
    }

    private static void ComesToRest(Pool pool, World world, int stuck = -1)
    {
        for (int steps = 0; pool.State.Phase == PoolPhase.Running && WhatIsAmiss(Without(pool.State, stuck)) is { } amiss; steps++)
        {
            Invariants.Holds(steps < MostSteps, amiss);
            world.FairStep();
        }
    }

    /// <summary>One that the kernel holds is killed again and again, and is to trouble nobody else.</summary>
    private static PoolState Without(PoolState state, int stuck) =>
        stuck < 0 ? state : state with { Workers = [.. state.Workers.Where(w => w.Slot != stuck)], NextWake = null };

    private static string? WhatIsAmiss(PoolState state) => state switch
    {
        { NextWake: not null } when !HasToLook(state) => "with nobody to look after, the manager sleeps without end",
        _ when state.Workers.Any(static w => !w.IsUp) => "at rest, everybody is up",
        _ when state.Workers.Count(static w => w.IsServing) != state.Target => "at rest, all wanted workers serve",
        _ when !state.Breaker.Open && state.Workers.Count(static w => w.IsStandby) is var standby && (PerRequest.IsOn(state) ? standby < PerRequest.StandbyOf(state) || (standby > PerRequest.StandbyOf(state) && !state.IsPaused) : standby != state.Policy.StandbyCount) => "at rest, all that are to stand by do",
        { PerRequest.Waiting.Length: > 0, IsPaused: false } when !state.Breaker.Open => "at rest, no connection waits",
        { PerRequest.Paused: true } => "at rest, connections are accepted",
        { Reload: not null } => "at rest, no reload is stuck",
        { Breaker.Open: true, Target: > 0 } => "at rest, no crash loop is stuck",
        { Demand.Full: not null } => "at rest, no pool is full",
        { Demand.Paused: true } => "at rest, nobody is told to pause",
        { ReadyAnnounced: false } => "a pool at rest was announced ready",
        _ when state.Workers.Any(static w => w.RetireFor is not null || w.AskedFor is not null) => "at rest, nobody waits to be replaced",
        _ when state.Workers.Any(static w => w.Hang?.Found is not null) => "at rest, nobody is hung",
        _ => null,
    };

    private static bool HasToLook(PoolState state) => state.Workers.Length > 0
        && (state.Policy.Watchdog.Interval ?? state.Policy.Demand.Interval ?? state.Policy.Recycling.MaxLifetime) is not null
        || state.Workers.Length > 0 && (state.Policy.Memory.IsOn || state.Policy.Rogues.IsOn);

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
            if (pool.All.OfType<PoolAction.SayGivingUp>().Any(static g => g.CannotBind))
            {
                world.EverServed.Should().BeFalse("a pool that served waits until the address is free again");
            }
            else
            {
                world.EverReady.Should().BeFalse("only a pool in which no worker was ever ready gives up");
            }
        }

        pool.State.NextWake.Should().BeNull();
    }

    private sealed record Turn(TimeSpan At, ManagerEvent Happened, IReadOnlyList<PoolAction> Actions)
    {
        public override string ToString() => $"{At:c} {Happened} => {string.Join(", ", Actions)}";
    }
}
