using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A large pool, resized up and down while some of its workers are killed and clients ask all the time.</summary>
[Collection("alone")]
[Trait("Row", "core")]
public class ResizingAtRandom(ITestOutputHelper output)
{
    private const int MaxSurge = 1;
    private const int Standby = 2;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Volume.Of(nativeAot: 25, coreClr: 12));
    private static readonly int Largest = Volume.Of(nativeAot: 100, coreClr: 40);

    [Fact]
    public async Task It_is_never_too_large_loses_no_request_but_those_of_the_killed_and_ends_at_the_size_it_was_told()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = [$"--ProcessManager:ProcessCount={Largest}", $"--ProcessManager:StandbyCount={Standby}", "--ProcessManager:StartTimeout=00:02:00", "--ProcessManager:CrashLimit=1000", "--commands=yes"],
        });
        await managed.Ready(120);
        var load = new Load(managed.Client, keep: false, clients: 2);
        int killed = 0;
        int size = Largest;
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < Duration;)
        {
            size = 1 + ((size - 1 + random.Next(1, Largest)) % Largest); // another one: only a change is told
            int from = managed.Log.Count;
            managed.Command($"scale {size}");
            await managed.Log.Find($": {size} workers? (?:is|are) wanted now", from);
            if (random.Next(4) == 0 && managed.Workers is { Count: > 0 } workers && Native.TrySend(workers[random.Next(workers.Count)], Native.Kill))
            {
                killed++;
            }

            // The line is written when those that are too many have been told to leave. A look is not one moment: what it finds has to be there at the next one too.
            int stay = await Staying(managed);
            for (int again = 0; stay > size + MaxSurge + Standby && again < 2; again++)
            {
                stay = await Staying(managed);
            }

            stay.Should().BeLessThanOrEqualTo(size + MaxSurge + Standby, "of the workers that are neither leaving nor standing by, and those that are started to stand by");
            await Task.Delay(random.Next(400));
        }

        await Until.True(() => managed.Workers.Count == size + Standby, $"{size} workers and 2 that stand by", 60);
        await load.End(killed);
        output.WriteLine($"{load.Answered} requests answered, {killed} workers killed, {managed.Count("was started")} started");
        managed.Signal(Native.Term);
        (await managed.Exit(60)).Should().Be(0);
        await managed.NobodyLeft(5);
    }

    private static async Task<int> Staying(Managed managed)
    {
        int from = managed.Log.Count;
        managed.Command("states");
        return (await managed.Log.Find(@"^states \[(.*)\]$", from)).Groups[1].Value.Count(static s => s is 'F' or 'f' or '.' or 'w' or 'r' or 'l');
    }
}
