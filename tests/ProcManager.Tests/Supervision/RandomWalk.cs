using System.Globalization;
using Xunit.Abstractions;

namespace ProcManager.Tests.Supervision;

/// <summary>
/// Thousands of pools in worlds where anything happens, and what must hold in all of them. A failure prints the seed;
/// PROCMANAGER_WALK_SEED replays that one.
/// </summary>
public class RandomWalk(ITestOutputHelper output)
{
    private const int Sequences = 12_000;

    [Fact]
    public void Whatever_happens_the_invariants_hold()
    {
        string? replay = Environment.GetEnvironmentVariable("PROCMANAGER_WALK_SEED");
        int first = replay is null ? Environment.TickCount & 0xffffff : int.Parse(replay, CultureInfo.InvariantCulture);
        output.WriteLine($"first seed {first}");
        long steps = 0;
        for (int seed = first; seed < first + (replay is null ? Sequences : 1); seed++)
        {
            var walk = new World(seed);
            try
            {
                steps += walk.Run();
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed} (PROCMANAGER_WALK_SEED={seed} replays it): {e.Message}\n{walk.History}");
            }
        }

        output.WriteLine($"{steps} steps");
        steps.Should().BeGreaterThan(100_000 / (replay is null ? 1 : 100_000));
    }
}
