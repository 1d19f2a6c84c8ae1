using System.Globalization;
using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Rootless containers and hardened services, as an ordinary user.</summary>
public class Namespaces(ITestOutputHelper output)
{
    private static readonly string[] Watched =
    [
        "--ProcessManager:CanaryTime=00:00:00.050", "--ProcessManager:RequestTimeout=00:00:05", "--ProcessManager:WatchdogLadder=Log, Kill",
        "--ProcessManager:MaxMemory=104857600", "--ProcessManager:StartLeisure=00:00:02",
    ];

    /// <summary>It looks as if the pool had every capability, and the kernel grants none of those that count outside.</summary>
    [FactAsRoot]
    public async Task In_a_user_namespace()
    {
        await using WeatherPool pool = await Start([.. OrdinaryUser.Wrapper, "unshare", "--user", "--map-root-user"]);
        await pool.Reload(2);
        await pool.Reload(3);
        await Until.True(() => pool.Managed.Workers.All(static w => Nice(w) == 0), "no worker stays at a low priority");
        await pool.Client.Lost("/hang");
        await pool.Holds(@"is killed \(Hung\)");
    }

    /// <summary>ProtectProc=invisible and ProcSubset=pid of systemd: of /proc there is only what belongs to the user's own processes.</summary>
    [FactAsRoot]
    public async Task With_a_private_proc()
    {
        const string Private = "mount -t proc -o hidepid=2,subset=pid proc /proc && exec \"$0\" \"$@\"";
        await using WeatherPool pool = await Start(["unshare", "--mount", "/bin/sh", "-c", Private, .. OrdinaryUser.Wrapper]);
        await pool.Reload(2);
        await pool.Client.Lost("/hang");
        await pool.Client.Lost("/leak?mib=120");
        await pool.Log.Find("over its memory limit|has reached a limit");
        await pool.Holds(@"is killed \(Hung\)");
    }

    private async Task<WeatherPool> Start(string[] wrapper)
    {
        var folder = new TempFolder();
        return await WeatherPool.Start(output, new Launch { Wrapper = wrapper, Program = OrdinaryUser.Program(folder), Arguments = Watched }, folder);
    }

    private static int Nice(int pid)
    {
        string stat = Native.ReadOrEmpty($"/proc/{pid}/stat");
        return stat.Length == 0 ? 0 : int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
