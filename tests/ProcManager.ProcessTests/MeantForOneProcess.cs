using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Variables that a supervisor or a tool sets for the process that it starts: the manager has them, its workers do not.</summary>
[Trait("Row", "core")]
public class MeantForOneProcess(ITestOutputHelper output)
{
    [Fact]
    public async Task Those_of_systemd_reach_neither_workers_nor_what_they_start()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:MaxMemory=1073741824", "--ProcessManager:HeapLimitPercent=150"],
            Environment = { ["NOTIFY_SOCKET"] = "/run/none", ["WATCHDOG_USEC"] = "1000000", ["LISTEN_FDS"] = "1", ["LISTEN_PID"] = "1", ["INVOCATION_ID"] = "kept" },
        });
        await managed.Ready();
        string own = await managed.Client.Get("/env");
        own.Should().Contain("INVOCATION_ID=kept\n").And.NotContainAny("NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_");
        own.Should().NotContain("GCHeapHardLimit", "the limit is the worker's, not its children's");
        Native.ReadOrEmpty($"/proc/{managed.Workers.Single()}/environ").Should().Contain("DOTNET_GCHeapHardLimit=").And.NotContainAny("NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_");
    }
}
