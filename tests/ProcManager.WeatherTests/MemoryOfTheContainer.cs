using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>The container has no memory left, and the kernel kills a worker for it.</summary>
public class MemoryOfTheContainer(ITestOutputHelper output)
{
    [FactAsRoot]
    public async Task The_kernel_kills_a_worker_and_the_log_says_that_it_was_memory()
    {
        using var group = new ControlGroup(400L << 20);
        await using (WeatherPool pool = await WeatherPool.Start(output, new Launch { Wrapper = group.Wrapper }))
        {
            for (int i = 0; pool.Managed.Count("ended with SIGKILL") == 0; i++)
            {
                i.Should().BeLessThan(50, "400 MiB are used up by then");
                await pool.Client.Lost("/leak-native?mib=20");
            }

            await pool.Log.FindCount("is ready", 3);
            await pool.Holds("ended with SIGKILL .*[Mm]emory", lost: 2);
        }
    }
}
