using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A start that nobody waits for gets the processor time that others leave (SCHED_IDLE), where the manager may give the priority back; elsewhere it is left as it is.</summary>
[Trait("Row", "core")]
public class LeisurelyStarts(ITestOutputHelper output)
{
    private const string Idle = "5";

    [Fact]
    public async Task A_replacement_of_a_reload_starts_at_idle_priority_and_serves_at_the_managers()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:StartLeisure=00:00:15", "--events=yes", $"--boot-file={folder.File("boot")}");
        string own = Policies(managed.Pid).Distinct().Single();
        Policies(managed.Workers.Single()).Should().OnlyContain(p => p == own, "somebody waits for the first ones");
        folder.Write("boot", $"wait {folder.File("go")}");
        managed.Signal(Native.Hup);
        int pid = int.Parse((await managed.Log.Find(@"^event started \d (\d+) 2")).Groups[1].Value, CultureInfo.InvariantCulture);
        if (MayRaise(managed.Pid))
        {
            await Until.True(() => Policies(pid) is { Length: > 1 } all && all.All(static p => p == Idle), "all its threads have idle priority", 5);
        }
        else
        {
            await managed.Log.Find($"^event begins . {pid}");
            Policies(pid).Should().OnlyContain(p => p == own, "what cannot be given back is not taken");
        }

        folder.Write("go", "");
        await managed.Log.Find($"^event ready . {pid}");
        await managed.ReloadFinished("Succeeded", 2);
        Policies(pid).Should().HaveCountGreaterThan(1).And.OnlyContain(p => p == own);
    }

    /// <summary>Field 41 of each thread's stat: 0 normal, 3 batch, 5 idle.</summary>
    private static string[] Policies(int pid) =>
        [.. Directory.GetDirectories($"/proc/{pid}/task")
            .Select(static t => Native.ReadOrEmpty(t + "/stat"))
            .Where(static s => s.Length > 0)
            .Select(static s => s[(s.LastIndexOf(')') + 2)..].Split(' ')[38])];

    /// <summary>By CAP_SYS_NICE, or by a limit that lets it go as high as it is.</summary>
    private static bool MayRaise(int pid)
    {
        string capabilities = Native.ReadOrEmpty($"/proc/{pid}/status").Split('\n').First(static l => l.StartsWith("CapEff:", StringComparison.Ordinal))[7..].Trim();
        string limit = Native.ReadOrEmpty($"/proc/{pid}/limits").Split('\n').First(static l => l.StartsWith("Max nice priority", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return (ulong.Parse(capabilities, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & (1ul << 23)) != 0
            || limit == "unlimited" || int.Parse(limit, CultureInfo.InvariantCulture) >= 20;
    }
}
