using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One of the workers leads. Each leader writes its begin and its end into one file and says so when another one has not ended.</summary>
[Trait("Row", "F2")]
public sealed class Leaders(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20;

    private readonly TempFolder _folder = new();
    private int _read;

    private string Book => _folder.File("leaders");

    [Fact]
    public async Task Each_leader_that_is_killed_has_a_successor_and_never_do_two_lead()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=3", "--ProcessManager:CrashLimit=1000");
        (int leader, _) = await Next(managed);
        List<double> milliseconds = [];
        for (int i = 0; i < Kills; i++)
        {
            await managed.Log.FindCount(@"worker \d+ \(pid \d+\) is ready", 3 + i); // a successor waits for the lock already
            long killed = Stopwatch.GetTimestamp();
            Native.Send(leader, Native.Kill);
            (int next, long at) = await Next(managed);
            next.Should().NotBe(leader);
            milliseconds.Add((at - killed) * 1000.0 / Stopwatch.Frequency);
            leader = next;
        }

        milliseconds.Sort();
        output.WriteLine($"from KILL until the next one leads: median {milliseconds[Kills / 2]:0.0} ms, longest {milliseconds[^1]:0.0} ms, of {Kills}");
        Holds(managed, begins: Kills + 1, ends: 0);
    }

    [Fact]
    public async Task A_reload_hands_leadership_over_to_a_new_worker()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00", "--events=yes");
        await Next(managed);

        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        await managed.Log.Find(@"^leader \d+ generation 2 slot");

        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().NotContain(static l => l.StartsWith("two leaders", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_leader_that_drains_with_a_long_request_leads_no_more()
    {
        using var other = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2");
        (int leader, _) = await Next(managed);
        Task<string>[] busy = [await managed.BusyWorker(_folder), await managed.BusyWorker(other)];

        Native.Send(leader, Native.Hup);
        await managed.Log.Find($"^no leader {leader}$");
        (int next, _) = await Next(managed);
        next.Should().NotBe(leader);
        busy.Should().OnlyContain(static b => !b.IsCompleted);
        await managed.Log.Find($@"worker \d \(pid {leader}\): leads the pool no more, since it was told to leave");

        _folder.Write("go", "");
        other.Write("go", "");
        (await Task.WhenAll(busy)).Should().Equal("waited", "waited");
        Holds(managed, begins: 2, ends: 1);
    }

    [Fact]
    public async Task A_standby_worker_does_not_lead_before_it_takes_over()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1");
        (int leader, _) = await Next(managed);
        int standby = int.Parse((await managed.Log.Find(@"worker 1 \(pid (\d+)\) stands by")).Groups[1].Value, CultureInfo.InvariantCulture);
        File.ReadAllLines(Book).Should().Equal($"begin {leader}");

        Native.Send(leader, Native.Kill);

        (await Next(managed)).Pid.Should().Be(standby);
        Holds(managed, begins: 2, ends: 0);
    }

    [Fact]
    public async Task A_stopped_leader_leads_until_it_is_killed()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2");
        (int leader, _) = await Next(managed);
        Native.Send(leader, Native.Stop);
        await Until.True(() => Native.State(leader) == 'T', "the leader is stopped");
        Native.Send(managed.Workers.Single(w => w != leader), Native.Kill);
        await managed.Log.FindCount(@"worker \d+ \(pid \d+\) is ready", 3);
        File.ReadAllLines(Book).Should().Equal($"begin {leader}");

        Native.Send(leader, Native.Kill);

        (await Next(managed)).Pid.Should().NotBe(leader);
        Holds(managed, begins: 2, ends: 0);
    }

    [Fact]
    public async Task A_pool_that_does_not_ask_has_no_thread_for_it_and_the_first_question_makes_one()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        Threads(managed.Workers[0]).Should().NotContain("procmanager lea");

        await Until.True(async () => await managed.Client.Get("/leader") == "leads", "the only worker leads");

        Threads(managed.Workers[0]).Should().Contain("procmanager lea");
    }

    /// <summary>Only root can change its user.</summary>
    [Fact]
    public async Task Workers_that_have_become_another_user_lead_too()
    {
        string[] user = Environment.IsPrivilegedProcess ? ["--worker-user=65534"] : [];
        await using Managed managed = await Start(["--ProcessManager:ProcessCount=2", .. user]);
        (int leader, _) = await Next(managed);
        if (user.Length > 0)
        {
            File.ReadAllText($"/proc/{leader}/status").Should().MatchRegex(@"\nUid:\t65534\t65534\t65534");
        }

        Native.Send(leader, Native.Kill);

        (await Next(managed)).Pid.Should().NotBe(leader);
        Holds(managed, begins: 2, ends: 0);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Managed> Start(params string[] switches)
    {
        File.WriteAllText(Book, "");
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead; // a worker of another user has our group
        File.SetUnixFileMode(Book, Read | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        File.SetUnixFileMode(_folder.Path, Read | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return Managed.Start(output, [.. switches, $"--leader={Book}"]);
    }

    private async Task<(int Pid, long At)> Next(Managed managed)
    {
        Match leader = await managed.Log.Find(@"^leader (\d+) generation \d+ slot \d+ at (\d+) on procmanager leadership$", _read);
        _read = managed.Log.Lines.ToList().IndexOf(leader.Value) + 1;
        return (int.Parse(leader.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(leader.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    private void Holds(Managed managed, int begins, int ends)
    {
        managed.Log.Lines.Should().NotContain(static l => l.StartsWith("two leaders", StringComparison.Ordinal));
        string[] lines = File.ReadAllLines(Book);
        lines.Count(static l => l.StartsWith("begin", StringComparison.Ordinal)).Should().Be(begins);
        lines.Count(static l => l.StartsWith("end", StringComparison.Ordinal)).Should().Be(ends);
    }

    private static string[] Threads(int pid) => [.. Directory.GetDirectories($"/proc/{pid}/task").Select(static t => Native.ReadOrEmpty($"{t}/comm").Trim())];
}
