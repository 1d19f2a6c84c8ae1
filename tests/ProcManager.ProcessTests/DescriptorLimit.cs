using System.Globalization;
using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>
/// A worker that cannot accept for want of descriptors: the limit is taken from it from outside, while it waits. One worker, so
/// that nobody else can take the connection. The runtime of a program needs descriptors of its own, so this is no test for the
/// process that runs the tests.
/// </summary>
[Trait("Row", "A2.4")]
public class DescriptorLimit(ITestOutputHelper output)
{
    private static readonly string[] _one = ["--ProcessManager:ProcessCount=1"];

    [Theory]
    [InlineData("sync", "no")]
    [InlineData("async", "no")]
    [InlineData("sync", "yes")]
    public async Task The_connection_waits_the_log_says_it_once_and_it_is_served(string loop, string noEpoll)
    {
        await using Managed managed = await Managed.Start(output, [.. _one, $"--loop={loop}", $"--no-epoll={noEpoll}"]);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        int worker = managed.Workers.Single();
        ulong old = Native.LimitDescriptors(worker, LowestFree(worker));
        Task<string> waiting = managed.Client.Get("/");
        await managed.Log.Find("no connection can be accepted: Too many open files.*raise the limit of open files");
        TimeSpan before = Pool.CpuTime(worker);
        await Task.Delay(500); // a span to measure in, not a wait for something
        TimeSpan meanwhile = Pool.CpuTime(worker) - before;
        Native.LimitDescriptors(worker, old);

        (await waiting).Should().StartWith("Hello");
        await managed.Says("no connection can be accepted", 1);
        meanwhile.Should().BeLessThan(TimeSpan.FromMilliseconds(100), "it does not spin");
        managed.Workers.Should().Equal([worker]);
    }

    [Fact]
    public async Task A_worker_that_cannot_accept_leaves_when_told()
    {
        await using Managed managed = await Managed.Start(output, _one);
        int worker = managed.Workers.Single();
        Native.LimitDescriptors(worker, LowestFree(worker));
        using ClientConnection refused = await managed.Client.Connect();
        await managed.Log.Find("no connection can be accepted");

        managed.Signal(Native.Term);

        (await managed.Exit(20)).Should().Be(0, "DieTimeout is a minute, so it left by itself");
    }

    [Fact]
    public async Task At_the_limit_a_worker_serves_the_connections_that_it_has_and_takes_others_when_there_is_room()
    {
        const int Limit = 256;
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. _one, "--loop=concurrent"], Wrapper = ["prlimit", $"--nofile={Limit}:{Limit}"] });
        await managed.Ready();
        int worker = managed.Workers.Single();
        List<ClientConnection> kept = [];
        using ClientConnection first = await managed.Client.Connect();
        (await first.Get("/pid")).Body.Should().Be($"{worker}");
        for (int i = 0; i < Limit; i++)
        {
            kept.Add(await managed.Client.Connect());
        }

        await managed.Log.Find("no connection can be accepted: .* descriptors are open");
        (await first.Get("/pid")).Body.Should().Be($"{worker}");
        kept.ForEach(static c => c.Dispose());

        (await managed.Client.Get("/pid")).Should().Be($"{worker}");
        managed.Workers.Should().Equal([worker]);
    }

    [Fact]
    public async Task Connections_that_a_health_check_resets_are_not_lost_by_a_loop_as_the_readme_has_it()
    {
        await using Managed managed = await Managed.Start(output, _one);
        int before = await Open();
        for (int i = 0; i < 300; i++)
        {
            using var check = new Socket(managed.Client.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await check.ConnectAsync(managed.Client.EndPoint);
        }

        (await Open()).Should().BeInRange(before - 5, before + 5);

        async Task<int> Open() => (await managed.Client.Get("/fds")).Split('\n').Length;
    }

    private static ulong LowestFree(int pid)
    {
        HashSet<int> taken = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(static f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture))];
        return (ulong)Enumerable.Range(0, int.MaxValue).First(fd => !taken.Contains(fd));
    }
}
