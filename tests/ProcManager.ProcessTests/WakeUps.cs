using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class WakeUps(ITestOutputHelper output)
{
    private const int Connections = 400;

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task A_connection_wakes_one_idle_worker_not_all_of_them(string loop)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=8", $"--loop={loop}");
        for (int i = 0; i < 50; i++)
        {
            await managed.Client.Get("/pid");
        }

        var before = managed.Workers.ToDictionary(static w => w, Waits);
        var served = new HashSet<int>();
        for (int i = 0; i < Connections; i++)
        {
            served.Add(int.Parse(await managed.Client.Get("/pid"), CultureInfo.InvariantCulture));
        }

        // Whoever answered nothing has slept through it all, but for a rare race of two for one connection.
        int[] idle = [.. before.Keys.Where(w => !served.Contains(w))];
        long woken = idle.Sum(w => Waits(w) - before[w]);
        output.WriteLine($"{served.Count} workers served, {idle.Length} idle ones woke {woken} times");
        if (idle.Length > 0)
        {
            woken.Should().BeLessThan(Connections / 10);
        }
        else
        {
            before.Sum(w => Waits(w.Key) - w.Value).Should().BeLessThan(Connections * 4);
        }
    }

    private static long Waits(int pid) => Directory.GetDirectories($"/proc/{pid}/task")
        .Select(static t => Native.ReadOrEmpty(t + "/status"))
        .Sum(static s => s.Length == 0 ? 0 : long.Parse(s.Split('\n').First(static l => l.StartsWith("voluntary", StringComparison.Ordinal)).Split(':')[1].Trim(), CultureInfo.InvariantCulture));
}
