using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>A new build comes while the pool runs, and HUP after it. The manager goes on from the build that it was started with.</summary>
public class Deploys(ITestOutputHelper output)
{
    [Theory]
    [InlineData("link", false)]
    [InlineData("link", true)]
    [InlineData("rename", false)]
    [InlineData("rename", true)]
    [InlineData("copy", false)]
    [InlineData("copy", true)]
    public async Task A_release_comes(string how, bool otherLibrary)
    {
        var folder = new TempFolder();
        var deployment = new Deployment(folder);
        string first = deployment.Release("one", otherLibrary: false);
        string second = deployment.Release("two", otherLibrary);
        deployment.LinkTo(first);
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Program = deployment.Program, Arguments = ["--ProcessManager:CanaryTime=00:00:00.050"] }, folder);
        (await pool.Client.Get("/version")).Should().Be("one");

        switch (how)
        {
            case "link":
                deployment.LinkTo(second);
                Directory.Delete(first, recursive: true);
                break;
            case "rename":
                deployment.RenameOver(second);
                break;
            default:
                deployment.CopyOver(second);
                break;
        }

        await pool.Reload(2);
        (await pool.Client.Get("/version")).Should().Be("two");
        await pool.Client.Lost("/crash"); // everything that the manager does at an end and a start, once more
        await pool.Log.Find(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
        pool.Managed.Signal(Native.Ttin);
        await pool.Log.Find("3 workers are wanted now");
        await pool.Reload(3);

        // A worker whose files were written over under it may die of SIGBUS: its own request is lost, and the one of another client at most.
        await pool.Holds("reload to generation 3 succeeded", lost: how == "copy" ? 2 : 0);
    }

    /// <summary>USR2: the state of a manager passes over to an earlier and to a later version of the library.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_in_place_takes_over_from_a_manager_of_another_version(bool fromOther)
    {
        var folder = new TempFolder();
        var deployment = new Deployment(folder);
        string first = deployment.Release("one", otherLibrary: fromOther);
        string second = deployment.Release("two", otherLibrary: !fromOther);
        deployment.LinkTo(first);
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Program = deployment.Program, Arguments = ["--ProcessManager:CanaryTime=00:00:00.050"] }, folder);
        int[] workers = [.. pool.Managed.Workers.Order()];

        deployment.LinkTo(second);
        pool.Managed.Signal(Native.Usr2);
        await pool.Log.Find(@"managing goes on after a restart in place, with 2 workers that the manager before \(ProcManager \S+\) has started");
        pool.Managed.Workers.Order().Should().Equal(workers);
        (await pool.Client.Get("/version")).Should().Be("one", "workers keep their program");
        await pool.Reload(2);
        (await pool.Client.Get("/version")).Should().Be("two");
        await pool.Holds("reload to generation 2 succeeded", lost: 0);
    }
}
