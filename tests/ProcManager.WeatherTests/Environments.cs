using System.Net.Sockets;
using System.Text;
using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Started by something that speaks to one process through the environment. It is the manager that is meant, and no worker and no child of a worker.</summary>
public partial class Environments(ITestOutputHelper output)
{
    private static readonly string[] Quick = ["--ProcessManager:CanaryTime=00:00:00.050"];

    /// <summary>A shell that started us in the background, nohup, and a supervisor that ignores what its children do.</summary>
    [Fact]
    public async Task With_every_signal_ignored()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Wrapper = ["env", "--ignore-signal=INT,QUIT,HUP,TERM,CHLD,USR1,USR2,PIPE,TTIN,TTOU"], Arguments = Quick });
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        await pool.Holds("came in ignored and got the default action back");
    }

    private static async Task Lacks(WeatherPool pool, params string[] names)
    {
        string ofTheChild = await pool.Client.Get("/grandchild");
        string ofTheWorker = await pool.Client.Get("/env");
        string ofTheKernel = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{pool.Managed.Workers[0]}/environ"));
        names.Where(n => $"\n{ofTheWorker}".Contains($"\n{n}=", StringComparison.Ordinal)).Should().BeEmpty("a worker has none of them");
        names.Where(n => $"\n{ofTheChild}".Contains($"\n{n}=", StringComparison.Ordinal)).Should().BeEmpty("no child of a worker has one of them");
        names.Where(n => $"\0{ofTheKernel}".Contains($"\0{n}=", StringComparison.Ordinal)).Should().BeEmpty("no worker was started with one of them");
    }
}
