using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "B1")]
[Trait("Row", "B2")]
[Trait("Row", "B3")]
[Trait("Row", "B4")]
[Trait("Row", "B5")]
[Trait("Row", "D6")]
public class HungWorkers(ITestOutputHelper output)
{
    private static readonly string[] Watched =
        ["--ProcessManager:RequestTimeout=00:00:02", "--ProcessManager:WatchdogLadder=Log, Kill", "--events=yes", "--commands=yes"];

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    public async Task A_request_that_takes_too_long_is_found_within_a_tenth_and_never_early_and_its_worker_replaced(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=2", $"--loop={loop}"]);
        Task<Answer> hanging = managed.Client.GetAnswer("/hang?x=1");
        Match hung = await managed.Log.Find(@"event hung (\d) (\d+) Blocked (\d+) (.*)");
        int.Parse(hung.Groups[3].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(2000, 2200);
        hung.Groups[4].Value.Should().MatchRegex(loop == "concurrent" ? @"^connection from 127\.0\.0\.1:\d+$" : @"^GET /hang\?x=1 from 127\.0\.0\.1:\d+$");
        await managed.Log.Find($@"worker {hung.Groups[1]} \(pid {hung.Groups[2]}\) is hung \(Blocked\): .* from 127\.0\.0\.1:\d+ has taken 2(?:\.\d+)? s, the limit is 2 s");
        await managed.Log.Find($"event exited {hung.Groups[1]} {hung.Groups[2]} cause=Hung code= signal=9");
        await managed.Log.FindCount("event ready", 3);
        await hanging.Invoking(static async h => await h).Should().ThrowAsync<IOException>();
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task Of_many_requests_at_once_the_oldest_counts()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1", "--loop=concurrent"]);
        Task<Answer> hanging = managed.Client.GetAnswer("/hang");
        await managed.StatesAre("r");
        var load = new Load(managed.Client, keep: false, clients: 4);
        Match hung = await managed.Log.Find(@"event hung 0 \d+ (?:Blocked|Spinning) (\d+)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(2000, 2200, "others came and went meanwhile");
        load.Answered.Should().BePositive();
        await load.End(kill: int.MaxValue);
        await hanging.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Requests_below_the_limit_and_idle_workers_are_left_alone()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:RequestTimeout=00:00:00.600", "--ProcessManager:ProcessCount=2", "--events=yes");
        for (int i = 0; i < 5; i++)
        {
            (await managed.Client.GetAnswer("/sleep?ms=400")).Status.Should().Be("200 OK");
        }

        managed.Count("event hung|event exited").Should().Be(0);
    }

    [Fact]
    [Trait("Row", "D5")]
    public async Task A_long_request_has_the_longer_limit()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:RequestTimeout=00:00:00.500", "--ProcessManager:LongRequestTimeout=00:00:02", "--ProcessManager:WatchdogLadder=Log, Kill", "--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes");
        Task<Answer> good = managed.Client.GetAnswer("/long?ms=1500");
        await managed.StatesAre("l");
        (await good).Body.Should().Be("was long");
        managed.Count("event hung").Should().Be(0);

        Task<Answer> bad = managed.Client.GetAnswer("/long?ms=60000");
        Match hung = await managed.Log.Find(@"event hung 0 \d+ Blocked (\d+)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(2000, 2200);
        await bad.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task A_request_can_be_given_more_time_or_less()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1"]);
        Task<Answer> shorter = managed.Client.GetAnswer("/extend?ms=700");
        Match hung = await managed.Log.Find(@"event hung 0 \d+ Blocked (\d+)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeLessThan(2000);
        await shorter.ContinueWith(static _ => { }, TaskScheduler.Default);
        await managed.Log.FindCount("event ready", 2);

        Task<Answer> longer = managed.Client.GetAnswer("/extend?ms=3500");
        int from = managed.Log.Count;
        hung = await managed.Log.Find(@"event hung \d \d+ Blocked (\d+)", from);
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(3300, 4000);
        await longer.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("concurrent")]
    public async Task A_soft_time_out_is_told_in_the_worker_which_may_ask_for_more_time(string loop)
    {
        await using Managed managed = await Managed.Start(
            output, [.. Watched, "--ProcessManager:SoftRequestTimeout=00:00:01", "--ProcessManager:ProcessCount=1", "--soft=1500", $"--loop={loop}"]);
        Answer slow = await managed.Client.GetAnswer("/sleep?ms=2200");
        slow.Body.Should().Be("slept 2200");
        managed.Count("soft timeout in 0").Should().Be(1);
        managed.Count("event hung").Should().Be(0);
    }

    [Theory]
    [InlineData("Log, Kill")]
    [InlineData("Log, Terminate, Kill")]
    public async Task The_event_is_raised_before_anything_is_done_and_its_exception_is_logged(string ladder)
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1", $"--ProcessManager:WatchdogLadder={ladder}", "--ProcessManager:WatchdogGrace=00:00:00.500", "--faulty-hung=yes"]);
        Task hanging = managed.Client.Lost("/hang");
        (await managed.Log.Find("hung worker is in state (.), told (.*)")).Groups.Values.Skip(1).Select(static g => g.Value).Should().Equal("S", "False");
        await managed.Log.Find("a handler of the event WorkerHung failed; the manager goes on");
        await managed.Log.Find("event exited 0 .* cause=Hung");
        managed.Log.Lines.TakeWhile(static l => !l.StartsWith("hung worker", StringComparison.Ordinal)).Should().NotContain(static l => l.Contains("draining", StringComparison.Ordinal));
        await managed.Log.FindCount("event ready", 2);
        await hanging;
    }

    [Theory]
    [InlineData("time")]
    [InlineData("text")]
    [InlineData("scope")]
    public async Task A_limit_that_is_given_with_the_request_ends_it_although_no_other_is_set(string form)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:WatchdogInterval=00:00:00.050", "--ProcessManager:WatchdogLadder=Log, Kill", "--events=yes", "--limit=700", $"--limit-form={form}");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        Task hanging = managed.Client.Lost("/hang");
        Match hung = await managed.Log.Find(@"event hung 0 \d+ Blocked (\d+) (.*)");
        int.Parse(hung.Groups[1].ValueSpan, CultureInfo.InvariantCulture).Should().BeInRange(600, 1500, "the first look came up to an interval after it had begun");
        hung.Groups[2].Value.Should().StartWith(form == "time" ? "GET /hang from" : "limited");
        await managed.Log.Find("event exited 0 .* cause=Hung code= signal=9");
        await hanging;
    }

    [Theory]
    [InlineData("time")]
    [InlineData("text")]
    [InlineData("scope")]
    public async Task A_limit_without_end_is_none(string form)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:00.500", "--events=yes", "--limit=max", $"--limit-form={form}");
        (await managed.Client.GetAnswer("/sleep?ms=1000")).Body.Should().Be("slept 1000");
        managed.Count("event hung").Should().Be(0);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0, "the worker is not busy for ever");
    }

    [Fact]
    public async Task A_limit_that_nobody_looks_after_is_told_once()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--limit=100");
        for (int i = 0; i < 3; i++)
        {
            (await managed.Client.GetAnswer("/sleep?ms=200")).Status.Should().Be("200 OK");
        }

        await managed.Says(@"worker 0 \(pid \d+\): a request was given a limit of its own, but no watchdog is on\. Set RequestTimeout", 1);
    }

    [Fact]
    public async Task An_idle_worker_that_was_stopped_is_found_too()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=2", "--ProcessManager:WatchdogLadder=Log, Capture, Terminate, Kill"]);
        int worker = managed.Workers[0];
        Native.Send(worker, Native.Stop);
        await managed.Log.Find($@"worker \d \(pid {worker}\) is hung \(Stopped\): it has been stopped for 2(?:\.\d+)? s, the limit is 2 s");
        await managed.Log.Find($"event hung \\d {worker} Stopped 2\\d\\d\\d no request");
        await managed.Log.Find($"event exited \\d {worker} cause=Hung code= signal=9");
        await managed.Log.FindCount("event ready", 3);
        managed.Count("event hung").Should().Be(1);
    }

    [Fact]
    public async Task Kills_are_warnings_and_every_look_is_a_trace()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=2", "--trace=yes"]);
        await managed.Log.FindCount(@"^Trace 715: .*: looked at 2 workers \(Requests\)", 3);
        Task<Answer> hanging = managed.Client.GetAnswer("/hang");
        await managed.Log.Find(@"^Warning 700: .* is hung \(Blocked\)");
        await managed.Log.Find(@"^Warning 708: .* is killed \(Hung\)");
        await hanging.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task What_a_client_asks_cannot_write_lines_of_its_own_into_the_log()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1"]);
        using ClientConnection connection = await managed.Client.Connect();
        await connection.Send("/hang?\u001b[2J\u0007" + new string('x', 100));
        await managed.Log.Find(@"is hung \(Blocked\): GET /hang\?\\u001B\[2J\\u0007x{40,52} from");
    }

    [Fact]
    public async Task All_hung_at_once_are_all_replaced_and_the_pool_comes_back()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=4"]);
        Task<Answer>[] hanging = [.. Enumerable.Range(0, 4).Select(_ => managed.Client.GetAnswer("/hang"))];
        await managed.StatesAre("rrrr");
        Task<Answer> waiting = managed.Client.GetAnswer("/pid");
        (await waiting).Status.Should().Be("200 OK", "it waited until somebody was there");
        await managed.Log.FindCount("event exited .* cause=Hung", 4);
        await managed.Log.FindCount("event ready", 8);
        await Task.WhenAll(hanging.Select(static h => h.ContinueWith(static _ => { }, TaskScheduler.Default)));
    }

    [Fact]
    public async Task A_manager_that_was_stopped_kills_nobody_for_the_time_it_was_away()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1"]);
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await managed.StatesAre("r");
        await managed.StopManager();
        await Task.Delay(3500); // longer than the limit
        managed.Signal(Native.Cont);
        await managed.Log.Find("the manager itself did not run for");
        File.WriteAllText(folder.File("go"), "");
        (await slow).Body.Should().Be("waited");
        managed.Count("event hung").Should().Be(0);
    }
}
