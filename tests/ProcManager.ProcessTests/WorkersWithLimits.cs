using ProcManager.Posix;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What workers may use, and which variables they have.</summary>
[Trait("Row", "D12")]
public sealed class WorkersWithLimits(ITestOutputHelper output) : IDisposable
{
    internal static readonly string[] Switches =
    [
        "--ProcessManager:MaxOpenFiles=300", "--ProcessManager:MaxCoreSize=0", "--ProcessManager:MaxAddressSpace=300GiB", "--ProcessManager:MaxProcesses=3000",
        "--ProcessManager:Nice=7", "--ProcessManager:OomScoreAdjust=900",
    ];

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Each_worker_has_them_and_the_manager_has_not()
    {
        await using Managed managed = await Managed.Start(output, ["--ProcessManager:ProcessCount=2", "--ProcessManager:NoNewPrivileges=true", "--events=yes", .. Switches]);
        foreach (int worker in managed.Workers)
        {
            HasThem(worker);
            OtherUser.Status($"/proc/{worker}", "NoNewPrivs").Should().Be("1");
        }

        Limit(managed.Pid, "Max open files").Should().NotBe("300 300");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        HasThem(managed.Workers[0]);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>As of a worker that was quicker than the manager, which sets the value right after the start.</summary>
    [Fact]
    public async Task The_nice_value_is_set_for_threads_that_are_there_already()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        int worker = managed.Workers.Single();
        ProcessSetting.Nice("", 9).Set(worker).Should().Be(0);
        NiceValues(worker).Should().HaveCountGreaterThan(1).And.OnlyContain(static n => n == "9");
    }

    /// <summary>Where the manager may not give a priority back, no start is at low priority, and the outcome is the same.</summary>
    [Fact]
    public async Task After_a_start_at_low_priority_a_worker_has_its_own_nice_value()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:Nice=7", "--ProcessManager:StartLeisure=1m", "--ProcessManager:StartTimeout=4m", "--ProcessManager:CanaryTime=0s", "--events=yes");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        int worker = managed.Workers.Single();
        await Until.True(() => NiceValues(worker).All(static n => n == "7"), () => $"all threads have 7: {string.Join(' ', NiceValues(worker))}");
    }

    [Fact]
    public async Task A_reload_gives_new_workers_other_limits_and_variables()
    {
        Write(""" "MaxOpenFiles": 300, "Environment": { "COLOUR": "red", "SHAPE": "round" } """);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = [$"--config={_folder.File("app.json")}", "--events=yes"],
            Environment = { ["TASTE"] = "sweet" },
        });
        await managed.Ready();
        (await Variables(managed)).Should().Contain(["COLOUR=red", "SHAPE=round", "TASTE=sweet"]);
        string[] atStart = Native.ReadOrEmpty($"/proc/{managed.Workers.Single()}/environ").Split('\0');
        atStart.Should().ContainSingle(static l => l.StartsWith("PROCMANAGER_WORKER=")).Which.Should().Contain("ProcessManager%3AMaxOpenFiles=300").And.NotContain("COLOUR", "the variables are handed over once");

        Write(""" "MaxOpenFiles": 301, "Environment": { "COLOUR": "blue", "TASTE": null } """);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        (await Variables(managed)).Should().Contain("COLOUR=blue").And.NotContain(static l => l.StartsWith("SHAPE=") || l.StartsWith("TASTE="));
        Limit(managed.Workers.Single(), "Max open files").Should().Be("301 301");
        managed.Log.Lines.Should().Contain(static l => l.Contains("ProcessManager:Environment:COLOUR from (not shown) to (not shown)")).And.NotContain(static l => l.Contains("blue"));
    }

    [Fact]
    public async Task A_limit_above_the_managers_own_is_refused_at_the_start_and_at_a_reload()
    {
        Write(""" "MaxOpenFiles": 300 """);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["prlimit", "--nofile=1000:1000", .. Environment.IsPrivilegedProcess ? new[] { "setpriv", "--bounding-set=-sys_resource" } : []],
            Arguments = [$"--config={_folder.File("app.json")}", "--events=yes"],
        });
        await managed.Ready();
        Write(""" "MaxOpenFiles": 1001 """);
        managed.Signal(Native.Hup);
        await managed.Log.Find("the reload is refused, and the workers go on as they are: ProcessManager:MaxOpenFiles is 1001; allowed: up to 1000, the hard limit of this process. More takes the capability CAP_SYS_RESOURCE.");
        Limit(managed.Workers.Single(), "Max open files").Should().Be("300 300");
    }

    public void Dispose() => _folder.Dispose();

    internal static void HasThem(int worker)
    {
        Limit(worker, "Max open files").Should().Be("300 300");
        Limit(worker, "Max core file size").Should().Be("0 0");
        Limit(worker, "Max address space").Should().Be("322122547200 322122547200");
        Limit(worker, "Max processes").Should().Be("3000 3000");
        File.ReadAllText($"/proc/{worker}/oom_score_adj").Trim().Should().Be("900");
        NiceValues(worker).Should().HaveCountGreaterThan(1).And.OnlyContain(static n => n == "7");
    }

    private void Write(string options) => _folder.Write("app.json", $$"""{ "ProcessManager": { "ProcessCount": 1, "CanaryTime": "0s", "StartLeisure": "0s", {{options}} } }""");

    private static async Task<string[]> Variables(Managed managed) => (await managed.Client.Get("/env")).Split('\n');

    private static string Limit(int pid, string name) => string.Join(' ', Native.ReadOrEmpty($"/proc/{pid}/limits").Split('\n')
        .First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);

    private static string[] NiceValues(int pid) => [.. Directory.GetDirectories($"/proc/{pid}/task")
        .Select(static t => Native.ReadOrEmpty(t + "/stat"))
        .Where(static s => s.Length > 0)
        .Select(static s => s[(s.LastIndexOf(')') + 2)..].Split(' ')[16])];
}
