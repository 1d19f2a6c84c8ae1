using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>
/// Started with standard descriptors closed, in each combination. The runtime takes their numbers for files of its own; a message must
/// not go there.
/// </summary>
public class ClosedDescriptors(ITestOutputHelper output)
{
    [Theory]
    [InlineData]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(0, 1, 2)]
    public async Task They_are_dev_null_for_manager_and_workers(params int[] closed)
    {
        string redirections = string.Join(' ', closed.Select(static fd => fd == 0 ? "0<&-" : $"{fd}>&-"));
        await using WeatherPool pool = WeatherPool.Launch(output, new Launch { Wrapper = ["/bin/sh", "-c", $"exec \"$0\" \"$@\" {redirections}"], Arguments = ["--ProcessManager:CanaryTime=00:00:00.050"] });
        await pool.ReadyUnheard();
        await pool.Reload(2);
        await pool.Client.Lost("/crash");
        await Until.True(() => pool.Managed.Workers.Count == 2, "the worker is replaced");
        await pool.OthersAreServed();

        // A process that is just being started has its descriptors a moment later.
        await Until.True(
            () => pool.Managed.Workers.Append(pool.Managed.Pid).All(pid => closed.All(fd => new FileInfo($"/proc/{pid}/fd/{fd}").LinkTarget == "/dev/null")),
            "what was closed is /dev/null in the manager and in both workers");
        if (closed.Contains(2))
        {
            await pool.EndOthers();
            await pool.Stops();
        }
        else
        {
            await pool.Holds(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
        }
    }
}
