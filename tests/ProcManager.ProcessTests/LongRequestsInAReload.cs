using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A3")]
public class LongRequestsInAReload(ITestOutputHelper output)
{
    [Fact]
    public async Task Old_workers_that_are_still_leaving_count_towards_the_surge_and_the_reload_says_that_it_waits()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=3", "--ProcessManager:MaxSurge=1", "--ProcessManager:CanaryTime=00:00:00.1", "--ProcessManager:DieTimeout=50s", "--events=yes", "--commands=yes");
        Task<Answer>[] streams = [.. Enumerable.Range(0, 3).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}"))];
        await managed.StatesAre("rrr");

        managed.Signal(Native.Hup);

        await managed.Log.Find(@"the reload waits for 1 old worker with requests under way, up to 50 s each \(DieTimeout\)");
        folder.Write("go", "");
        await managed.Log.Find("reload to generation 2 succeeded");
        MostAtOnce(managed.Log.Lines).Should().Be(4);
        (await Task.WhenAll(streams)).Should().OnlyContain(static a => a.Body == "waited");
    }

    private static int MostAtOnce(IEnumerable<string> lines)
    {
        int now = 0;
        int most = 0;
        foreach (string line in lines)
        {
            now += Regex.IsMatch(line, @"worker \d+ \(pid \d+\) was started") ? 1 : 0;
            now -= Regex.IsMatch(line, @"worker \d+ \(pid \d+\) ended with") ? 1 : 0;
            most = Math.Max(most, now);
        }

        return most;
    }
}
