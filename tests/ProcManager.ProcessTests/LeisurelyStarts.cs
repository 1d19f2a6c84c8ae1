using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A start that nobody waits for gets little more than the processor time that others leave (the last nice value), where the manager may give the priority back; elsewhere it is left as it is.</summary>
[Trait("Row", "core")]
public class LeisurelyStarts(ITestOutputHelper output)
{
    private const string LastOfAll = "19";

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task A_replacement_of_a_reload_starts_as_the_last_of_all_and_serves_at_the_managers_priority(string loop)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:StartTimeout=00:04:00", "--ProcessManager:StartLeisure=00:01:00", "--events=yes", $"--boot-file={folder.File("boot")}", $"--loop={loop}");
        string own = Priorities(managed.Pid).Distinct().Single();
        Priorities(managed.Workers.Single()).Should().OnlyContain(p => p == own, "somebody waits for the first ones");
        folder.Write("boot", $"wait {folder.File("go")}");
        managed.Signal(Native.Hup);
        int pid = int.Parse((await managed.Log.Find(@"^event started \d (\d+) 2")).Groups[1].Value, CultureInfo.InvariantCulture);
        if (MayRaise(managed.Pid))
        {
            await Until.True(() => Priorities(pid) is { Length: > 1 } all && all.All(static p => p.StartsWith(LastOfAll, StringComparison.Ordinal)), "all its threads are the last of all", 50); // the other tests leave it little
        }
        else
        {
            await managed.Log.Find($"^event begins . {pid}");
            Priorities(pid).Should().OnlyContain(p => p == own, "what cannot be given back is not taken");
        }

        folder.Write("go", "");
        await managed.Log.Find($"^event ready . {pid}");
        await managed.ReloadFinished("Succeeded", 2);
        Priorities(pid).Should().HaveCountGreaterThan(1).And.OnlyContain(p => p == own);

        // Threads that it makes only now come from those that were made at leisure.
        int threads = Priorities(pid).Length;
        (await managed.Client.Get("/pool?threads=12")).Should().Contain("filled");
        Priorities(pid).Should().HaveCountGreaterThan(threads).And.OnlyContain(p => p == own);
    }

    /// <summary>The threads that a worker makes later come from those that were made at leisure, and have what those were given back.</summary>
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    public async Task One_that_stood_by_makes_no_thread_that_is_the_last_of_all(string loop)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1", "--ProcessManager:StartLeisure=00:00:15", "--events=yes", $"--loop={loop}");
        string own = Priorities(managed.Pid)[0];
        await managed.Log.Find("stands by");
        Native.Send((await managed.Client.GetAnswer("/pid")).Pid, Native.Kill);
        int pid = (await managed.Client.GetAnswer("/pid")).Pid;
        int threads = Priorities(pid).Length;
        (await managed.Client.Get("/pool?threads=12")).Should().Contain("filled");
        Priorities(pid).Should().HaveCountGreaterThan(threads).And.OnlyContain(p => p == own);
    }

    /// <summary>A rootless container: CAP_SYS_NICE is shown, and the kernel asks the first namespace for it.</summary>
    [Fact]
    public async Task In_a_user_namespace_where_a_priority_cannot_be_given_back_it_is_not_taken()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["unshare", "--user", "--map-root-user"],
            Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:StartLeisure=00:00:15", "--events=yes"],
        });
        await managed.Ready();
        string own = Priorities(managed.Pid).Distinct().Should().ContainSingle().Subject;
        managed.Signal(Native.Hup);
        int pid = int.Parse((await managed.Log.Find(@"^event started \d (\d+) 2")).Groups[1].Value, CultureInfo.InvariantCulture);
        Priorities(pid).Should().OnlyContain(p => p == own);
        await managed.ReloadFinished("Succeeded", 2);
        Priorities(pid).Should().NotBeEmpty().And.OnlyContain(p => p == own);
    }

    /// <summary>What a worker starts while it starts itself is not left behind.</summary>
    [Fact]
    public async Task A_process_that_a_worker_started_at_leisure_has_the_managers_priority_when_the_worker_serves()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:StartLeisure=00:00:15", "--events=yes", $"--boot-file={folder.File("boot")}");
        string nice = Priorities(managed.Pid)[0].Split(' ')[0];
        folder.Write("boot", $"child {folder.File("go")}");
        managed.Signal(Native.Hup);
        int pid = int.Parse((await managed.Log.Find(@"^event started \d (\d+) 2")).Groups[1].Value, CultureInfo.InvariantCulture);
        int child = int.Parse((await managed.Log.Find(@"^child (\d+)")).Groups[1].Value, CultureInfo.InvariantCulture);
        folder.Write("go", "");
        await managed.ReloadFinished("Succeeded", 2);
        Native.Children(pid).Should().Contain(child);
        Priorities(child).Should().NotBeEmpty().And.OnlyContain(p => p.StartsWith(nice + " ", StringComparison.Ordinal));
    }

    /// <summary>Fields 19 and 41 of each thread's stat: the nice value, and the policy, 0 normal, 3 batch, 5 idle.</summary>
    private static string[] Priorities(int pid) =>
        [.. Directory.GetDirectories($"/proc/{pid}/task")
            .Select(static t => Native.ReadOrEmpty(t + "/stat"))
            .Where(static s => s.Length > 0)
            .Select(static s => s[(s.LastIndexOf(')') + 2)..].Split(' '))
            .Select(static s => $"{s[16]} {s[38]}")];

    /// <summary>By CAP_SYS_NICE, or by a limit that lets it go as high as it is.</summary>
    private static bool MayRaise(int pid)
    {
        string capabilities = Native.ReadOrEmpty($"/proc/{pid}/status").Split('\n').First(static l => l.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim();
        string limit = Native.ReadOrEmpty($"/proc/{pid}/limits").Split('\n').First(static l => l.StartsWith("Max nice priority", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return (ulong.Parse(capabilities, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & (1ul << 23)) != 0
            || limit == "unlimited" || int.Parse(limit, CultureInfo.InvariantCulture) >= 20;
    }
}
