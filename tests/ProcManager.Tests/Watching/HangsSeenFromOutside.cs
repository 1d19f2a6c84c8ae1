using System.Text.Json;
using ProcManager.Tool.Watching;

namespace ProcManager.Tests.Watching;

/// <summary>What <c>procman watchdog</c> decides: samples in, decisions out. The limit is 30 s, a sample comes every 3 s, the grace time is 10 s.</summary>
public class HangsSeenFromOutside
{
    private readonly HangPolicy _policy = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10));
    private double _now = 100;

    [Fact]
    public void The_same_request_is_found_at_the_limit_and_its_worker_killed_after_the_grace_time_each_once()
    {
        Sample(Worker(request: 7)).Should().BeEmpty();
        Advance(29.9, 7).Should().BeEmpty("it is not due yet");
        Advance(0.1, 7).Should().Equal((HangStep.Found, 0, 30.0));
        Advance(9.9, 7).Should().BeEmpty();
        Advance(0.1, 7).Should().Equal((HangStep.Kill, 0, 40.0));
        Advance(100, 7).Should().BeEmpty("there is nothing stronger");
        Sample().Should().Equal((HangStep.WorkerEnded, 0, 140.0));
    }

    [Fact]
    public void A_sample_comes_exactly_when_a_request_is_due()
    {
        _policy.UntilNext().Should().Be(TimeSpan.FromSeconds(3), "nothing is due");
        Sample(Worker(request: 7));
        Advance(29, 7);
        _policy.UntilNext().TotalSeconds.Should().BeApproximately(1, 0.0001);
        Advance(1, 7);
        _policy.UntilNext().Should().Be(TimeSpan.FromSeconds(3), "KILL is due in 10 s");
        Advance(9, 7);
        _policy.UntilNext().TotalSeconds.Should().BeApproximately(1, 0.0001);
    }

    [Fact]
    public void Another_request_another_process_or_an_idle_worker_begins_anew()
    {
        Sample(Worker(request: 7));
        Advance(29, 7);
        Advance(3, 9).Should().BeEmpty("another request");
        Advance(29, 9);
        Sample(Worker(request: 0));
        Advance(3, 9).Should().BeEmpty("the worker was idle");
        Advance(29, 9);
        Sample(Worker(request: 9) with { Started = "later" }).Should().BeEmpty("another process with the same number");
        Advance(29, Worker(request: 9) with { Started = "later" }).Should().BeEmpty();
        Advance(1, Worker(request: 9) with { Started = "later" }).Should().Equal((HangStep.Found, 0, 30.0));
    }

    [Fact]
    public void A_status_that_could_not_be_fetched_resets_the_counters_and_a_worker_that_has_its_signal_is_still_killed()
    {
        Sample(Worker(request: 7));
        Advance(29, 7);
        _policy.Reset();
        Sample(Worker(request: 7));
        Advance(29, 7).Should().BeEmpty();
        Advance(1, 7).Should().Equal((HangStep.Found, 0, 30.0));
        _policy.Reset();
        _now += 600;
        Sample(Worker(request: 7)).Should().BeEmpty("what was not seen counts for nothing");
        Advance(9.9, 7).Should().BeEmpty();
        Advance(0.1, 7).Should().Equal((HangStep.Kill, 0, 40.0));
    }

    [Fact]
    public void A_request_that_ends_after_all_is_told_and_not_killed()
    {
        Sample(Worker(request: 7));
        Advance(30, 7);
        Sample(Worker(request: 8)).Should().Equal((HangStep.RequestEnded, 0, 30.0));
        Advance(20, 8).Should().BeEmpty();
    }

    [Fact]
    public void A_worker_of_another_machine_is_found_and_never_killed()
    {
        Sample(mayKill: false, Worker(request: 7));
        for (int i = 0; i < 10; i++)
        {
            _now += 3;
            Sample(mayKill: false, Worker(request: 7)).Should().HaveCount(i == 9 ? 1 : 0);
        }

        _now += 3;
        Advance(50, 7).Should().BeEmpty();
    }

    [Fact]
    public void Time_in_which_the_watchdog_did_not_run_counts_as_two_intervals_at_most()
    {
        Sample(Worker(request: 7));
        _now += 3600; // STOP, or a machine that slept
        Sample(Worker(request: 7)).Should().BeEmpty();
        Advance(23.9, 7).Should().BeEmpty();
        Advance(0.1, 7).Should().Equal((HangStep.Found, 0, 30.0));
    }

    [Fact]
    public void The_time_that_a_status_took_to_come_counts_for_the_request()
    {
        _policy.Sample(new StatusReading("shop", 1, true, Seconds(_now), Seconds(_now + 2), [Worker(request: 7)]));
        Advance(31.9, 7).Should().BeEmpty("the request may have begun two seconds after the status was asked for");
        Advance(0.1, 7).Should().HaveCount(1);
    }

    [Fact]
    public void Workers_are_counted_each_for_itself()
    {
        WorkerReading one = Worker(request: 7);
        WorkerReading two = Worker(request: 3) with { Slot = 1, Pid = 11 };
        Sample(one);
        _now += 3;
        Sample(one, two);
        Advance(26.9, one, two).Should().BeEmpty();
        Advance(0.1, one, two).Should().Equal((HangStep.Found, 0, 30.0));
        Advance(3, one, two).Should().Equal((HangStep.Found, 1, 30.0));
    }

    [Fact]
    public void The_decision_has_the_text_of_the_moment_and_the_start_time_of_the_first_sample()
    {
        Sample(Worker(request: 7) with { StartTime = 5, Request = "" });
        for (int i = 0; i < 9; i++)
        {
            _now += 3;
            Sample(Worker(request: 7) with { StartTime = 6, Request = "GET /" });
        }

        _now += 3;
        _policy.Sample(Pool(true, Worker(request: 7) with { StartTime = 6, Request = "GET /report" })).Single().Worker.Should().Be(Worker(request: 7) with { StartTime = 5, Request = "GET /report" });
    }

    [Theory]
    [InlineData("GET /\\u001b[2J\\u0000\\n", "GET /\\u001B[2J\\u0000\\u000A")]
    [InlineData("äääääääääääääääääääääääääääääääääääääää", "ääääääääääääääääääääääääääääääää")]
    public void What_a_stranger_has_written_is_cut_and_steers_no_terminal(string sent, string shown)
    {
        using JsonDocument json = JsonDocument.Parse(
            $$"""{"program":"shop","manager":{"pid":4711},"workers":[{"slot":2,"pid":4714,"started":"2026-11-27T14:01:00Z","requestNumber":523,"request":"{{sent}}","client":null}]}""");
        StatusReading pool = StatusReading.Of(json.RootElement, Seconds(1), Seconds(2));
        pool.MayKill.Should().BeFalse();
        pool.Workers.Should().Equal(new WorkerReading(2, 4714, "2026-11-27T14:01:00Z", 523, shown, ""));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static WorkerReading Worker(ulong request) => new(0, 10, "now", request, "GET /", "192.0.2.7:40112");

    private (HangStep Step, int Slot, double Taken)[] Advance(double seconds, ulong request) => Advance(seconds, Worker(request));

    // Sample after sample, as often as the watchdog takes them.
    private (HangStep Step, int Slot, double Taken)[] Advance(double seconds, params WorkerReading[] workers)
    {
        var decisions = new List<(HangStep, int, double)>();
        for (double end = _now + seconds; _now < end;)
        {
            _now = Math.Min(end, _now + 3);
            decisions.AddRange(Sample(workers));
        }

        return [.. decisions];
    }

    private (HangStep Step, int Slot, double Taken)[] Sample(params WorkerReading[] workers) => Sample(mayKill: true, workers);

    private (HangStep Step, int Slot, double Taken)[] Sample(bool mayKill, params WorkerReading[] workers) =>
        [.. _policy.Sample(Pool(mayKill, workers)).Select(static d => (d.Step, d.Worker.Slot, Math.Round(d.Taken.TotalSeconds, 3)))];

    private StatusReading Pool(bool mayKill, params WorkerReading[] workers) => new("shop", 1, mayKill, Seconds(Math.Round(_now, 3)), Seconds(Math.Round(_now, 3)), workers);
}
