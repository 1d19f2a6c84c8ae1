using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Somebody sets the clock.</summary>
[Trait("Row", "B1")]
public class ClockJumps(ITestOutputHelper output)
{
    [Fact]
    public async Task A_clock_that_is_set_kills_nobody_and_hides_no_hang()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Environment = await ShiftedClock.Compile(folder),
            Arguments =
            [
                "--ProcessManager:ProcessCount=2", "--ProcessManager:RequestTimeout=00:00:02", "--ProcessManager:MaxLifetime=01:00:00", "--ProcessManager:WatchdogLadder=Log, Kill",
                "--events=yes", "--commands=yes",
            ],
        });
        await managed.Ready();
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await managed.StatesAre(@"(?:r[.w]|[.w]r)");
        ShiftedClock.Ahead(folder);
        (await managed.Client.Get("/clock")).Should().StartWith(DateTime.UtcNow.AddHours(10).ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture), "the clock was set");
        folder.Write("go", "");
        (await slow).Body.Should().Be("waited");
        managed.Count("event hung|event exited").Should().Be(0);

        Task hanging = managed.Client.Lost("/hang");
        await managed.StatesAre(@".*r.*");
        ShiftedClock.Back(folder);
        Match hung = await managed.Log.Find(@"event hung \d \d+ Blocked (\d+)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(2000, 2200);
        await hanging;
    }
}
