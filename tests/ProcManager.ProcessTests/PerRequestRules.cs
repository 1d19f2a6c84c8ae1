using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One request, one process: the maximum, failures, and what an operator orders.</summary>
[Trait("Row", "D3")]
[Trait("Row", "D7")]
public sealed class PerRequestRules(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] _four = [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=2"];

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task At_the_maximum_the_manager_stops_accepting_and_below_it_begins_again()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:Status:EndPoint=127.0.0.1:0"]);
        using StatusClient status = await StatusClient.Of(managed);
        Task<Answer>[] held = [.. Enumerable.Range(0, 4).Select(i => managed.Client.GetAnswer($"/wait?file={_folder.File($"go{i}")}", 60))];
        await managed.Log.Find("^event paused");
        Task<Answer> waiting = managed.Client.GetAnswer("/pid", 60);
        await managed.StatesAre("[rs ]+");
        (await managed.States()).Count(static c => c == 'r').Should().Be(4);
        System.Text.Json.JsonElement pool = (await status.Json()).GetProperty("pool");
        pool.GetProperty("sizing").GetString().Should().Be("PerRequest");
        (pool.GetProperty("busy").GetInt32(), pool.GetProperty("target").GetInt32()).Should().Be((4, 4));
        waiting.IsCompleted.Should().BeFalse();
        managed.Count("^event resumed").Should().Be(0);
        await managed.Log.Find("4 workers have a request, which is the maximum");

        File.WriteAllText(_folder.File("go0"), "");

        (await waiting).Status.Should().Be("200 OK");
        await managed.Log.Find("^event resumed");
        foreach (int i in (int[])[1, 2, 3])
        {
            File.WriteAllText(_folder.File($"go{i}"), "");
        }

        (await Task.WhenAll(held)).Select(static a => a.Pid).Distinct().Should().HaveCount(4);
    }

    [Fact]
    public async Task A_request_that_crashes_its_worker_affects_no_other()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:CrashLimit=1"]);
        var load = new Load(managed.Client, keep: false, clients: 2);
        for (int i = 1; i <= 12; i++)
        {
            await managed.Client.Invoking(static c => c.GetAnswer("/crash")).Should().ThrowAsync<IOException>();
            await managed.Log.FindCount(@"event exited \d+ \d+ cause=Crashed", i);
        }

        await load.End(kill: 0);
        load.Answered.Should().BePositive();
        managed.Count("crash loop").Should().Be(0);
    }

    [Fact]
    public async Task A_crash_is_told_once_because_no_place_is_given_to_another()
    {
        await using Managed managed = await Managed.Start(output, _four);
        await managed.Client.Lost("/throw");
        await managed.Log.Find(@"worker \d+ \(pid \d+\) ended with SIGABRT(, core dumped)? \(Crashed\)");
        managed.Count("has begun to crash").Should().Be(0);
    }

    [Fact]
    public async Task A_worker_that_fails_before_it_is_ready_counts_for_the_crash_loop()
    {
        _folder.Write("boot", "");
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:CrashLimit=4", "--ProcessManager:MaxRestartDelay=00:00:00.100", $"--boot-file={_folder.File("boot")}"]);
        _folder.Write("boot", "exit 3");
        await managed.Client.GetAnswer("/pid");
        await managed.Log.Find("crash loop: 4 failures");
        _folder.Write("boot", "");
        await managed.Log.Find("the crash loop is over");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task Of_2000_requests_with_one_in_ten_that_crashes_hangs_or_leaks_every_other_is_answered_and_nothing_is_left()
    {
        int requests = Volume.Of(2000, 2000);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = [.. PerRequestPool.PerRequest[..2], "--ProcessManager:MaxCount=12", "--ProcessManager:StandbyCount=4", "--ProcessManager:RequestTimeout=00:00:03", "--ProcessManager:WatchdogLadder=Log, Kill"],
            Environment = { ["TMPDIR"] = _folder.Path },
        });
        await managed.Ready();
        string[] descriptors = Descriptors(managed);
        int next = -1;
        int answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            int number;
            while ((number = Interlocked.Increment(ref next)) < requests)
            {
                string? bad = number % 10 != 0 ? null : ((string[])["/crash", "/hang", "/leak?MB=8"])[number / 10 % 3];
                if (bad is not null)
                {
                    await managed.Client.Lost(bad);
                    continue;
                }

                Answer answer = await managed.Client.GetAnswer("/pid", 120);
                answer.Body.Should().Be(answer.Pid.ToString(CultureInfo.InvariantCulture));
                Interlocked.Increment(ref answered);
            }
        })));

        answered.Should().Be(requests / 10 * 9);
        await Until.True(() => Descriptors(managed).Length == descriptors.Length, () => $"the manager has as many descriptors as before.\nBefore:\n{string.Join('\n', descriptors)}\nNow, with {managed.Workers.Count} workers:\n{string.Join('\n', Descriptors(managed))}");
        managed.Workers.Should().HaveCount(4, "those that stand by, and no zombie");
        managed.Workers.Select(Native.State).Should().NotContain('Z');
        managed.Count("crash loop").Should().Be(0);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_request_that_hangs_is_found_and_its_worker_killed()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:RequestTimeout=00:00:00.500", "--ProcessManager:WatchdogLadder=Log, Kill"]);
        Task lost = managed.Client.Lost("/hang");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        await managed.Log.Find("is hung .* GET /hang");
        await managed.Log.Find(@"event exited \d+ \d+ cause=Hung");
        await lost;
    }

    [Fact]
    public async Task A_worker_whose_requests_have_left_too_much_memory_behind_takes_no_other()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=2", "--ProcessManager:StandbyCount=1", "--ProcessManager:MaxRequests=1000", $"--ProcessManager:MaxMemory={200 << 20}", "--ProcessManager:MemorySamples=1", "--ProcessManager:MemoryInterval=00:00:00.050", "--ProcessManager:MinLifetime=00:00:00"]);
        int pid = (await managed.Client.GetAnswer("/leak-native?MB=300")).Pid;
        await managed.Log.Find($"event exited . {pid} cause=MemoryLimit code=0");
        (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(pid);
    }

    [Fact]
    public async Task A_request_that_burns_processor_time_is_ended()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:CpuLimit=00:00:01", "--ProcessManager:RogueInterval=00:00:00.200"]);
        Task burns = managed.Client.Lost("/spin?ms=60000");
        await managed.Log.Find(@"event exited \d+ \d+ cause=CpuLimit");
        await burns;
    }

    [Fact]
    public async Task A_reload_replaces_those_that_stand_by_and_lets_requests_end()
    {
        await using Managed managed = await Managed.Start(output, _four);
        Task<string> busy = await managed.BusyWorker(_folder);
        int[] before = [.. managed.Workers];
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        busy.IsCompleted.Should().BeFalse("a reload does not wait for a request, and no request for a reload");
        managed.Workers.Intersect(before).Should().ContainSingle();
        _folder.Write("go", "");
        (await busy).Should().Be("waited");
        (await managed.Snapshot()).Should().Contain("generation 2");
    }

    [Fact]
    public async Task Under_load_no_request_is_lost_in_reloads_and_in_a_restart_in_place()
    {
        await using Managed managed = await Managed.Start(output, _four);
        var load = new Load(managed.Client, keep: false, clients: 3);
        for (int generation = 2; generation <= 3; generation++)
        {
            managed.Signal(Native.Hup);
            await managed.ReloadFinished("Succeeded", generation);
        }

        managed.Signal(Native.Usr2);
        await managed.Log.FindCount("manager .* managing", 2);
        int answered = load.Answered;
        await Until.True(() => load.Answered > answered + 20, "requests are answered by workers of both managers");
        await load.End(kill: 0);
    }

    [Fact]
    public async Task A_new_program_that_does_not_start_fails_the_reload_and_the_old_workers_serve_on()
    {
        _folder.Write("boot", "");
        await using Managed managed = await Managed.Start(output, [.. _four, $"--boot-file={_folder.File("boot")}"]);
        _folder.Write("boot", "exit 3");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2, "exit code 3 before it was ready");
        _folder.Write("boot", "");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task A_stop_lets_the_request_end_and_a_worker_that_stands_by_leave()
    {
        await using Managed managed = await Managed.Start(output, _four);
        Task<string> busy = await managed.BusyWorker(_folder);
        managed.Signal(Native.Term);
        await Until.True(() => managed.Workers.Count == 1, "those that stood by have left");
        _folder.Write("go", "");
        (await busy).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_connection_that_a_worker_has_not_read_at_the_stop_is_served()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=2", "--ProcessManager:StandbyCount=1"]);
        int standby = managed.Workers.Single();
        Native.Send(standby, Native.Stop);
        await Until.True(() => Native.State(standby) == 'T', "it is stopped");
        using ClientConnection connection = await managed.Client.Connect();
        await connection.Send("/pid");
        await managed.Log.FindCount("^event ready", 2);
        managed.Signal(Native.Term);
        await managed.Log.Find("^event shutting down");
        Native.Send(standby, Native.Cont);
        (await connection.Receive()).Pid.Should().Be(standby);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_jitter_adds_to_the_one_request_of_the_default()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=1", "--ProcessManager:MaxRequestsJitter=1000000"]);
        (await managed.Client.GetAnswer("/pid")).Pid.Should().Be((await managed.Client.GetAnswer("/pid")).Pid);
    }

    [Fact]
    public async Task A_client_that_sends_nothing_has_no_worker_when_the_listener_defers_it()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=1", "--defer=300"]);
        using ClientConnection silent = await managed.Client.Connect();
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        await silent.Send("/pid");
        (await silent.Receive()).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task In_the_drain_delay_connections_are_served_as_before()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--ProcessManager:DrainDelay=01:00:00"]);
        managed.Signal(Native.Term);
        await managed.Log.Find("told to stop: the pool serves on for 1 h");
        for (int i = 0; i < 3; i++)
        {
            (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        }

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task When_the_manager_is_killed_a_request_ends_and_no_worker_is_left()
    {
        await using Managed managed = await Managed.Start(output, _four);
        Task<string> busy = await managed.BusyWorker(_folder);
        await Until.True(() => managed.Workers.Count == 3, "two stand by");
        int[] workers = [.. managed.Workers];
        Native.Send(managed.Pid, Native.Kill);
        await Until.True(() => workers.Count(Native.IsAlive) == 1, "those that stood by have left");
        _folder.Write("go", "");
        (await busy).Should().Be("waited");
        await Until.True(() => !workers.Any(Native.IsAlive), "all have left");
    }

    [Fact]
    public async Task A_stopping_pool_takes_no_connection_from_the_host()
    {
        await using Managed managed = await Managed.Start(output, [.. _four, "--dispatch=none", "--loop=dispatched"]);
        Task<string> busy = await managed.BusyWorker(_folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("^event shutting down");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("503 Busy");
        _folder.Write("go", "");
        (await busy).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task In_another_pool_there_is_nothing_to_hand_over()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--commands=yes");
        managed.Command("dispatch file");
        await managed.Log.Find("^InvalidOperationException: ProcessManager:Sizing is Static; Dispatch is for PerRequest");

        await using Managed plain = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=0", "--loop=dispatched"] });
        await plain.Log.Find("Accept without a listener is for PoolSizing.PerRequest; ProcessManager:Sizing is Static");
    }

    [Fact]
    public async Task One_plain_process_says_that_its_requests_share_it()
    {
        await using Managed plain = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=0", "--ProcessManager:Sizing=PerRequest", "--loop=dispatched"] });
        await plain.Log.Find("ProcessCount is 0: all requests share this one process, and Sizing PerRequest has no effect");
        await plain.Log.Find("Accept without a listener waits for connections of Dispatch, which takes a manager, but this is one plain process: ProcessManager:ProcessCount is 0");
    }

    [Fact]
    public async Task In_a_pause_connections_wait_and_are_served_after_it()
    {
        string control = _folder.File("control.sock");
        await using Managed managed = await Managed.Start(output, [.. _four, $"--ProcessManager:ControlSocket={control}"]);
        using ControlClient client = await ControlClient.Connect(control);
        await client.Ask("""{"command":"pause"}""");
        Task<Answer> waiting = managed.Client.GetAnswer("/pid", 60);
        await Until.True(() => managed.ListenQueue() == 1, "the connection is in the queue");
        waiting.IsCompleted.Should().BeFalse();
        await client.Ask("""{"command":"resume"}""");
        (await waiting).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task The_maximum_follows_the_signals_and_one_worker_is_replaced_on_demand()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=1"]);
        Task<string> busy = await managed.BusyWorker(_folder);
        await managed.Log.Find("^event paused");
        await managed.Log.Find("1 worker has a request, which is the maximum");
        managed.Signal(Native.Ttin);
        await managed.Log.Find("^event resumed");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        int standby = 0;
        await Until.True(async () => (standby = await StandingBy(managed)) > 0, "a worker stands by");
        Native.Send(standby, Native.Hup);
        await Until.True(async () => await StandingBy(managed) is not 0 and var other && other != standby, "another stands by");
        _folder.Write("go", "");
        (await busy).Should().Be("waited");
    }

    [Fact]
    public async Task A_change_to_another_sizing_takes_a_restart()
    {
        string config = _folder.File("config.json");
        File.WriteAllText(config, """{"ProcessManager":{"Sizing":"PerRequest","ProcessCount":2,"StartLeisure":"00:00:00"}}""");
        await using Managed managed = await Managed.Start(output, $"--config={config}", "--events=yes");
        File.WriteAllText(config, """{"ProcessManager":{"Sizing":"Static","ProcessCount":2,"StartLeisure":"00:00:00"}}""");
        managed.Signal(Native.Hup);
        await managed.Log.Find("Sizing is Static; allowed while the manager runs with PerRequest: PerRequest. .*stop the program and start it again");
        managed.Signal(Native.Usr2);
        await managed.Log.Find("Sizing is Static, and PerRequest in the manager that runs");
        await managed.Log.Find("restart in place.*the new program ended with exit code");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    public void Dispose() => _folder.Dispose();

    // Without the runtime's own files: it keeps those of each assembly open, and a manager that a procman of this machine asks (of a test beside this one) loads some more for its answer.
    private static string[] Descriptors(Managed managed) =>
        [.. Directory.GetFileSystemEntries($"/proc/{managed.Pid}/fd").Order(StringComparer.Ordinal).Select(static f => $"{Path.GetFileName(f)} {new FileInfo(f).LinkTarget}").Where(static f => !f.EndsWith(".dll", StringComparison.Ordinal))];

    private static async Task<int> StandingBy(Managed managed) =>
        (await managed.States()).IndexOf('s') is >= 0 and var slot && managed.Log.Lines.LastOrDefault(l => l.StartsWith($"event ready {slot} ", StringComparison.Ordinal)) is { } line ? int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture) : 0;
}
