using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Variables that a supervisor or a tool sets for the process that it starts: the manager has them, its workers do not.</summary>
[Trait("Row", "core")]
public class MeantForOneProcess(ITestOutputHelper output)
{
#if !NATIVE_AOT
    /// <summary>Diagnostics protocol: magic, size of 20, command set "process", command "resume runtime".</summary>
    private static readonly byte[] Resume = [.. "DOTNET_IPC_V1\0"u8, 20, 0, 4, 1, 0, 0];

    [Fact]
    public async Task A_tool_that_starts_the_program_and_waits_on_its_diagnostic_port_holds_up_no_worker()
    {
        using var folder = new TempFolder();
        using var tool = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        tool.Bind(new UnixDomainSocketEndPoint(folder.File("trace.sock")));
        tool.Listen();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=2"],
            Environment = { ["DOTNET_DiagnosticPorts"] = folder.File("trace.sock") },
        });
        using Socket manager = await tool.AcceptAsync().WaitAsync(TimeSpan.FromSeconds(60));
        byte[] advertised = new byte[34];
        await manager.ReceiveAsync(advertised);
        await manager.SendAsync(Resume);
        await managed.Ready();
        (await managed.Client.Get("/env")).Should().NotContain("DOTNET_DiagnosticPorts");
        Native.ReadOrEmpty($"/proc/{managed.Pid}/environ").Should().Contain("DOTNET_DiagnosticPorts", "the manager is the process that the tool has started");
    }
#endif

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
