using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Eight clients without a second try, while everything that may be done gently is done.</summary>
[Trait("Row", "A2.1")]
public class ZeroLoss(ITestOutputHelper output)
{
    private static readonly int Reloads = Volume.Of(nativeAot: 10, coreClr: 2);
    private static readonly int Kills = 2 * Reloads;

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    public async Task New_connections_over_TCP_are_all_answered(string loop)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CanaryTime=00:00:00.050", $"--loop={loop}");
        await Disturb(managed, new Load(managed.Client, keep: false));
    }

    [Fact]
    public async Task New_connections_over_a_unix_socket_are_all_answered()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CanaryTime=00:00:00.050", $"--socket={folder.File("app.sock")}");
        await Disturb(managed, new Load(managed.Client, keep: false));
    }

    [Fact]
    public async Task Requests_on_kept_connections_are_all_answered()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CanaryTime=00:00:00.050", "--loop=concurrent");
        await Disturb(managed, new Load(managed.Client, keep: true));
    }

    [Fact]
    [Trait("Row", "A1.4")]
    public async Task KILL_of_a_busy_worker_loses_its_own_request_and_nothing_else()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CrashLimit=1000");
        var load = new Load(managed.Client, keep: false);
        for (int i = 0; i < 5; i++)
        {
            Task<Answer> lost = managed.Client.GetAnswer($"/wait?file={folder.File($"never{i}")}");
            await Until.True(() => File.Exists(folder.File($"never{i}.begun")), "the request has begun");
            string states = await managed.Client.Get("/snapshot");
            int waiting = await BusyPid(managed, states);
            Native.Send(waiting, Native.Kill);
            await FluentActions.Awaiting(() => lost).Should().ThrowAsync<IOException>();
            await managed.Log.Find($@"\(pid {waiting}\) ended with SIGKILL \(Crashed\)");
        }

        await load.End(kill: 5 * 8);
        load.Answered.Should().BeGreaterThan(100);
    }

    private static async Task Disturb(Managed managed, Load load)
    {
        var random = new Random(20261120);
        for (int i = 0; i < Kills; i++)
        {
            if (i % (Kills / Reloads) == 0)
            {
                int reload = (i / (Kills / Reloads)) + 1;
                managed.Signal(Native.Hup);
                await managed.Log.Find($"reload to generation {reload + 1} begins");
            }

            IReadOnlyList<int> workers = managed.Workers;
            if (workers.Count > 0)
            {
                Native.TrySend(workers[random.Next(workers.Count)], i % 2 == 0 ? Native.Term : Native.Hup);
            }

            if (i % (Kills / Reloads) == (Kills / Reloads) - 1)
            {
                await managed.Log.Find($"reload to generation {(i / (Kills / Reloads)) + 2} succeeded");
            }
        }

        managed.Signal(Native.Ttin);
        await managed.Log.Find("5 workers are wanted now");
        await load.End(kill: 0);
        load.Answered.Should().BeGreaterThan(50 * Reloads);
    }

    // The clients of the load are quick; the one that waits has been in its request while many others began and ended.
    private static async Task<int> BusyPid(Managed managed, string snapshot)
    {
        _ = snapshot;
        string before = await managed.Client.Get("/snapshot");
        while (true)
        {
            string after = await managed.Client.Get("/snapshot");
            string[] same = [.. Slots(before).Intersect(Slots(after)).Where(static l => l.Contains(" state r "))];
            if (same.Length == 1)
            {
                return int.Parse(same[0].Split(' ')[3]);
            }

            before = after;
        }
    }

    private static IEnumerable<string> Slots(string snapshot) => snapshot.Split('\n').Where(static l => l.StartsWith("slot ", StringComparison.Ordinal));
}
