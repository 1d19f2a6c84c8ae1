using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProcManager.Runtime;
using ProcManager.Status;

namespace ProcManager.Tests.Status;

/// <summary>One report, as text for Prometheus, as JSON and for people.</summary>
public partial class Reports
{
    [Fact]
    public void Each_family_has_a_help_a_type_and_its_samples_together_and_no_sample_comes_twice()
    {
        string[] lines = MetricsReport.Write(Report()).TrimEnd('\n').Split('\n');
        string? family = null;
        var families = new List<string>();
        var samples = new List<string>();
        foreach (string line in lines)
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                families.Add(family);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                line.Should().MatchRegex($"^# TYPE {family} (gauge|counter)$");
                line.EndsWith("counter", StringComparison.Ordinal).Should().Be(family!.EndsWith("_total", StringComparison.Ordinal), line);
            }
            else
            {
                Match sample = Sample().Match(line);
                sample.Success.Should().BeTrue(line);
                sample.Groups[1].Value.Should().Be(family);
                samples.Add(sample.Groups[1].Value + sample.Groups[2].Value);
            }
        }

        families.Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(20);
        samples.Should().OnlyHaveUniqueItems();
        lines.Should().Contain("procmanager_workers{state=\"busy\"} 1").And.Contain("procmanager_requests_total 42").And.Contain("procmanager_listener_queue{listener=\"http\"} 3")
            .And.Contain("procmanager_worker_memory_bytes{slot=\"1\"} 2097152").And.Contain("procmanager_info{program=\"a\\\"b\\\\\",library=\"" + ProcManager.Handover.LaunchRecord.OwnLibrary + "\"} 1");
    }

    [Fact]
    public void What_a_client_has_sent_is_no_markup_and_no_line_of_its_own()
    {
        PoolReport report = Report(request: "GET /<script>alert(1)</script>\n\u001b[2J");
        TextReport.Write(report).Should().Contain("GET /<script>alert(1)</script>\\u000A\\u001B[2J from 192.0.2.7");
        Json(report).GetRawText().Should().NotContain("<script>").And.NotContain("\n");
    }

    [Fact]
    public void One_request_a_process_has_a_maximum_and_no_wanted_number()
    {
        PoolReport report = Report() with { Sizing = PoolSizing.PerRequest, Max = 20, Counts = new WorkerCounts(8, 1, 4, 0, 2, 1) };
        report = report with { Scoreboard = report.Scoreboard with { Target = 3 } };
        TextReport.Write(report).Should().Contain("\nworkers:  3 of 20 with a request, 4 standing by (PerRequest); 1 starting, 1 leaving; 4 MiB\n");
        Json(report).GetProperty("pool").GetProperty("max").GetInt32().Should().Be(20);
        TextReport.Write(report with { Max = null }).Should().Contain("\nworkers:  3 with a request, 4 standing by (PerRequest);", "a worker does not know what the maximum is now");
    }

    [Fact]
    public void A_mode_that_is_not_known_is_not_named_nor_is_the_number_whose_meaning_it_decides()
    {
        PoolReport report = Report() with { Sizing = null };
        TextReport.Write(report).Should().Contain("\nworkers:  2: 1 busy, 1 idle, 0 starting, 0 standing by, 0 leaving;");
        Json(report).GetProperty("pool").GetProperty("sizing").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void What_is_not_known_is_null()
    {
        JsonElement json = Json(Report() with { Listeners = [new ListenerReport("http", "unix:/a", null, null)], Manager = new ManagerReport(null, false, false, default, 0, default) });
        json.GetProperty("listeners")[0].GetProperty("queue").ValueKind.Should().Be(JsonValueKind.Null);
        json.GetProperty("manager").GetProperty("phase").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void A_loop_that_does_not_come_back_is_not_healthy_and_says_what_may_block_it()
    {
        ScoreboardSnapshot pool = Report().Scoreboard;
        var facts = new PoolFacts(StatusPhases.Running, false, PoolSizing.Static, MemoryMeasure.Private);
        new Health(static () => Monotonic.Now - TimeSpan.FromSeconds(12)).Judge(facts, pool).Should().BeEquivalentTo(new HealthReport(false, false, "the manager's loop has not come back for 12 s; a handler of an event may block it"));
        new Health(static () => Monotonic.Now - TimeSpan.FromSeconds(2)).Judge(facts, pool).IsHealthy.Should().BeTrue();
        new Health(static () => null).Judge(facts, pool).Should().Be(new HealthReport(true, true, null));
    }

    [Theory]
    [InlineData("", false, PoolSizing.Static, "no worker serves")]
    [InlineData("f", false, PoolSizing.Static, "no worker serves yet")]
    [InlineData("", true, PoolSizing.Static, "no worker serves: workers end at each start (crash loop)")]
    [InlineData("", false, PoolSizing.OnDemand, null)]
    [InlineData(".", true, PoolSizing.Static, null)]
    [InlineData("s", false, PoolSizing.Static, "no worker serves")]
    [InlineData("de", false, PoolSizing.Static, "no worker serves")]
    public void Ready_means_that_some_worker_serves_or_the_first_connection_starts_one(string states, bool crashLoop, PoolSizing sizing, string? reason)
    {
        ScoreboardSnapshot pool = Report().Scoreboard with { Slots = [.. states.Select(static (s, i) => Slot(i, s))] };
        new Health(static () => null).Judge(new PoolFacts(StatusPhases.Running, crashLoop, sizing, MemoryMeasure.Private), pool).Reason.Should().Be(reason);
    }

    private static JsonElement Json(PoolReport report)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonReport.Write(output, report);
        return JsonDocument.Parse(output.WrittenMemory.ToArray()).RootElement;
    }

    private static PoolReport Report(string request = "GET /")
    {
        SlotSnapshot[] slots = [Slot(0, 'w'), Slot(1, 'r') with { Request = request, Client = "192.0.2.7", Active = 1 }];
        return new PoolReport
        {
            Time = DateTimeOffset.UnixEpoch,
            Program = "a\"b\\",
            Manager = new ManagerReport(StatusPhases.Running, false, false, TimeSpan.FromMinutes(1), 1 << 20, TimeSpan.FromSeconds(1.5)),
            Scoreboard = new ScoreboardSnapshot
            {
                ManagerProcessId = 4711,
                ManagerStarted = DateTimeOffset.UnixEpoch,
                Target = 2,
                Generation = 1,
                Queue = 0,
                Reload = ReloadStatus.None,
                Starts = 2,
                Ends = 0,
                Crashes = 0,
                Requests = 42,
                Slots = slots,
                LastEnds = [],
            },
            Sizing = PoolSizing.Static,
            Counts = WorkerCounts.Of(slots),
            Rate = new RateReport(1.5, TimeSpan.FromSeconds(10)),
            Health = new HealthReport(true, true, null),
            Listeners = [new ListenerReport("http", "127.0.0.1:8080", 3, 511)],
            Workers = [.. slots.Select(static s => new WorkerReport(s, TimeSpan.FromSeconds(5), 2 << 20, TimeSpan.FromSeconds(0.5)))],
        };
    }

    private static SlotSnapshot Slot(int slot, char state) => new()
    {
        Slot = slot,
        ProcessId = 5000 + slot,
        Generation = 1,
        Started = DateTimeOffset.UnixEpoch,
        State = state,
        Requests = 21,
        Active = 0,
        Memory = 0,
        CpuTime = default,
    };

    [GeneratedRegex(@"^([a-z_]+)(\{[a-z]+=""(?:[^""\\]|\\.)*""(?:,[a-z]+=""(?:[^""\\]|\\.)*"")*\})? (-?[0-9.E+-]+)$")]
    private static partial Regex Sample();
}
