using System.Net.Sockets;
using System.Text;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One request, one process: how connections come to workers, and that none is lost on the way.</summary>
[Trait("Row", "D3")]
public sealed class PerRequestPool(ITestOutputHelper output) : IDisposable
{
    internal static readonly string[] PerRequest = ["--ProcessManager:Sizing=PerRequest", "--ProcessManager:CanaryTime=00:00:00.050", "--events=yes", "--commands=yes"];

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("serve")]
    [InlineData("concurrent")]
    [InlineData("returns")]
    public async Task Each_request_has_a_process_of_its_own_which_ends_with_it(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=4", $"--loop={loop}"]);
        await managed.Client.Get("/chdir?to=/");
        HashSet<int> pids = [];
        for (int i = 0; i < 4; i++)
        {
            Answer answer = await managed.Client.GetAnswer("/cwd");
            answer.Body.Should().NotBe("/", "what a request changes in its process ends with it");
            pids.Add(answer.Pid).Should().BeTrue();
        }

        foreach (int pid in pids)
        {
            await managed.Log.Find($"event exited . {pid} cause=RequestLimit code=0 .* requests=[01]$");
        }

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().NotContain(static l => l.Contains("was started", StringComparison.Ordinal) || l.Contains("safe exit after the last", StringComparison.Ordinal), "what comes with each request is told at debug level");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("ended with", StringComparison.Ordinal) && l.Contains("RequestLimit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task A_worker_that_dies_before_it_has_read_its_connection_does_not_take_it_along(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=1", $"--loop={loop}"]);
        int standby = managed.Workers.Single();
        Native.Send(standby, Native.Stop);
        await Until.True(() => Native.State(standby) == 'T', "it is stopped");
        using ClientConnection connection = await managed.Client.Connect();
        await connection.Send("/pid");
        await managed.Log.FindCount("^event ready", 2); // the connection was handed over: the next worker stands by
        Native.Send(standby, Native.Kill);

        Answer answer = await connection.Receive(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        answer.Status.Should().Be("200 OK");
        answer.Pid.Should().NotBe(standby);
    }

    [Fact]
    public async Task A_worker_without_a_descriptor_for_its_connection_leaves_it_to_another()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=1"]);
        int standby = managed.Workers.Single();
        Native.LimitDescriptors(standby, Native.LowestFree(standby));

        Answer answer = await managed.Client.GetAnswer("/pid");

        answer.Status.Should().Be("200 OK");
        answer.Pid.Should().NotBe(standby);
        await managed.Log.Find($"event exited . {standby} cause=AskedByOther code=0");
        await managed.Log.Find("no descriptor is left for the connection that this worker was handed");
    }

    [Fact]
    public async Task A_slow_client_gets_all_of_an_answer_whose_worker_has_gone()
    {
        const int Length = 300_000; // more than the client's buffer takes, less than the worker's
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--dispatch=x", "--loop=dispatched"]);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(managed.Client.EndPoint);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET /big?length={Length} HTTP/1.1\r\nHost: test\r\n\r\n"));
        await managed.Log.Find("event exited . .* cause=RequestLimit");

        using var all = new MemoryStream();
        using var stream = new NetworkStream(client);
        await stream.CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(30)); // a reset would throw

        all.Length.Should().BeGreaterThan(Length);
    }

    [Fact]
    public async Task A_manager_without_a_free_descriptor_loses_no_connection_of_a_dead_worker()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=1"]);
        int standby = managed.Workers.Single();
        Native.Send(standby, Native.Stop);
        await Until.True(() => Native.State(standby) == 'T', "it is stopped");
        using ClientConnection connection = await managed.Client.Connect();
        await connection.Send("/pid");
        await managed.Log.FindCount("^event ready", 2);
        ulong before = Native.LimitDescriptors(managed.Pid, Native.LowestFree(managed.Pid));
        Native.Send(standby, Native.Kill);
        await managed.Log.Find($"event exited . {standby} ");
        _ = Native.LimitDescriptors(managed.Pid, before);

        (await connection.Receive(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token)).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task Connections_that_have_ended_already_cost_no_process()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=0", "--ProcessManager:IdleTimeout=00:01:00"]);
        for (int i = 0; i < 30; i++)
        {
            (await managed.Client.Connect()).Dispose();
        }

        (await managed.Client.GetAnswer("/pid", 60)).Status.Should().Be("200 OK");
        managed.Count("^event started").Should().BeLessThan(4);
    }

    [Fact]
    public async Task A_listener_that_the_host_has_shut_is_told_once_and_the_others_are_served()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--dispatch=none"]);
        managed.Command("shut");
        await managed.Log.Find("no connection can be accepted on the listener http any more");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK", "it comes from the host");
        managed.Count("no connection can be accepted").Should().Be(1);
    }

    [Fact]
    public async Task Workers_do_not_inherit_the_listeners()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--extra-listeners=one,two"]);
        static IEnumerable<string> Listening() => File.ReadLines("/proc/net/tcp").Skip(1).Select(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(static f => f[3] == "0A").Select(static f => $"socket:[{f[9]}]");
        string fds = await managed.Client.Get("/fds");
        string[] sockets = [.. fds.Split('\n').Select(static l => l.Split(' ')[1]).Where(static l => l.StartsWith("socket:", StringComparison.Ordinal))];
        sockets.Should().HaveCountGreaterThan(3, "there is a channel for each listener");
        Listening().Should().NotIntersectWith(sockets);
    }

    [Fact]
    public async Task With_no_worker_standing_by_one_is_started_when_a_connection_waits()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:StandbyCount=0", "--ProcessManager:IdleTimeout=00:00:00.200"]);
        managed.Workers.Should().BeEmpty();
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        await managed.Log.FindCount("event exited", 2);
        await Until.True(() => managed.Workers.Count == 0, "no worker is left for nobody");
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("serve")]
    public async Task A_worker_that_may_have_more_requests_says_when_it_is_free_and_ends_behind_the_last(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=0", "--ProcessManager:MaxRequests=3", $"--loop={loop}"]);
        List<int> pids = [];
        for (int i = 0; i < 6; i++)
        {
            pids.Add((await managed.Client.GetAnswer("/pid")).Pid);
        }

        pids.Distinct().Should().HaveCount(2);
        pids.Take(3).Distinct().Should().ContainSingle();
        await managed.Log.Find($"event exited . {pids[0]} cause=RequestLimit code=0 .* requests=3$");
    }

    [Fact]
    public async Task A_worker_with_a_kept_connection_gets_no_other_until_that_is_closed()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=3", "--ProcessManager:StandbyCount=1", "--ProcessManager:MaxRequests=100", "--loop=concurrent"]);
        int pid;
        using (ClientConnection kept = await managed.Client.Connect())
        {
            pid = (await kept.Get("/pid")).Pid;
            for (int i = 0; i < 3; i++)
            {
                (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(pid);
                (await kept.Get("/pid")).Pid.Should().Be(pid);
            }
        }

        await Until.True(async () => (await managed.Client.GetAnswer("/pid")).Pid == pid, "it is free again");
    }

    [Theory]
    [InlineData("--loop=dispatched")]
    [InlineData("--loop=dispatched-async")]
    [InlineData("--loop=sync")]
    public async Task A_host_that_accepts_by_itself_hands_connections_over_with_its_own_data(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=3", "--dispatch=hello from the host", loop]);
        HashSet<int> pids = [];
        for (int i = 0; i < 4; i++)
        {
            Answer answer = await managed.Client.GetAnswer("/dispatched");
            answer.Body.Should().Be("19 hello from the host");
            pids.Add(answer.Pid).Should().BeTrue();
        }
    }

    [Fact]
    public async Task Data_is_up_to_64_KiB_and_only_sockets_are_handed_over()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--dispatch=much", "--loop=dispatched"]);
        (await managed.Client.Get("/dispatched")).Should().Be("65536 xxxxxxxxxxxxxxxxxxxx");
        managed.Command("dispatch much");
        await managed.Log.Find("^ArgumentException: There are 65537 bytes of data; allowed: at most 65536. .*data");
        managed.Command("dispatch file");
        await managed.Log.Find("^ArgumentException: Descriptor .* is no socket");
    }

    [Fact]
    public async Task More_than_the_maximum_do_not_wait_in_the_manager_the_host_keeps_them()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequest, "--ProcessManager:MaxCount=2", "--ProcessManager:StandbyCount=1", "--dispatch=none", "--loop=dispatched"]);
        Task<Answer>[] held = [.. Enumerable.Range(0, 2).Select(i => managed.Client.GetAnswer($"/wait?file={_folder.File($"go{i}")}"))];
        await Until.True(() => File.Exists(_folder.File("go0.begun")) && File.Exists(_folder.File("go1.begun")), "both are served");
        await managed.Log.Find("^event paused");
        Task<Answer>[] waiting = [managed.Client.GetAnswer("/dispatched"), managed.Client.GetAnswer("/dispatched")];
        Answer refused = await await Task.WhenAny([.. waiting, managed.Client.GetAnswer("/pid"), managed.Client.GetAnswer("/pid")]);
        refused.Status.Should().Be("503 Busy", "two wait already");
        await managed.Log.Find("^dispatch refused");

        File.WriteAllText(_folder.File("go0"), "");
        File.WriteAllText(_folder.File("go1"), "");
        (await Task.WhenAll(held)).Should().OnlyContain(static a => a.Body == "waited");
        (await Task.WhenAll(waiting)).Select(static a => a.Status).Should().BeSubsetOf(["200 OK", "503 Busy"]);
        await managed.Log.Find("^event resumed");
    }

    public void Dispose() => _folder.Dispose();
}
