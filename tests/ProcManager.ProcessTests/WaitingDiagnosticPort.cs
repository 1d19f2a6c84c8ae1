using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A tool that starts the program has CoreCLR wait for it.</summary>
[Trait("Row", "core")]
public class WaitingDiagnosticPort(ITestOutputHelper output)
{
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
}
