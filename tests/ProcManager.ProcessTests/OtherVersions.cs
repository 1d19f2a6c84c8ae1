using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>
/// A deploy brings another version of this library, and the manager goes on with the one that it has loaded. A version that understands the manager's is reloaded: see Deploys in the weather ring.
/// </summary>
[Trait("Row", "A2.1")]
public class OtherVersions(ITestOutputHelper output)
{
    [Fact]
    public async Task One_that_cannot_read_the_scoreboard_fails_the_reload_with_a_line_that_names_both_versions()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        string library = Path.Combine(Path.GetDirectoryName(program)!, "ProcManager.dll");

        await using (Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00"] }))
        {
            await managed.Ready();
            int before = (await managed.Client.GetAnswer("/pid")).Pid;

            Deploy(Places.IncompatibleLibrary, library);
            managed.Signal(Native.Hup);
            await managed.Log.Find(@"This program has ProcManager 8\.0\.0 \(scoreboard layout 30583\); the manager that started it runs ProcManager 0\.\d+\.\d+ \(scoreboard layout \d+\), .*Restart the service instead of reloading it");
            await managed.Log.Find("reload to generation 2 failed, the workers that serve go on");
            (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(before);

            int from = managed.Log.Count;
            managed.Signal(Native.Usr2);
            await managed.Log.Find(@"This program has ProcManager 8\.0\.0 \(scoreboard layout 30583\); .*Restart the service", from);
            await managed.Log.Find("restart in place is refused, the manager goes on as it is: the new program ended with exit code 78", from);
            (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(before);
        }

        // The other way round: the manager has the newer one.
        await using Managed newer = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00"] });
        await newer.Ready();
        Deploy(Path.Combine(Places.TestWorkerFolder, "ProcManager.dll"), library);
        newer.Signal(Native.Hup);
        await newer.Log.Find(@"This program has ProcManager 0\.\d+\.\d+ .* runs ProcManager 8\.0\.0 \(scoreboard layout 30583\)");
        await newer.Log.Find("reload to generation 2 failed, the workers that serve go on");
        (await newer.Client.Get("/")).Should().StartWith("Hello");
    }

    /// <summary>By rename: what runs keeps the file that it has.</summary>
    private static void Deploy(string library, string place)
    {
        File.Copy(library, place + ".new");
        File.Move(place + ".new", place, overwrite: true);
    }
}
