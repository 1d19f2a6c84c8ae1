using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A Manage that throws takes everything back, and may be called again.</summary>
[Trait("Row", "A1.8")]
public class RefusedManaging(ITestOutputHelper output)
{
    [Fact]
    public async Task A_held_pid_file_leaves_no_descriptor_and_the_listener_open_and_the_next_call_manages()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed holder = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}", "--enter=retry", $"--socket={folder.File("app.sock")}"] });
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        string[] counts = [.. managed.Log.Lines.Where(static l => l.StartsWith("refused with", StringComparison.Ordinal)).Select(static l => l.Split(' ')[2])];
        counts.Should().HaveCount(3);
        counts[2].Should().Be(counts[1]);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.Exists(folder.File("app.sock")).Should().BeFalse();
    }

    [Fact]
    [Trait("Row", "A2.2")]
    public async Task After_it_TERM_ends_the_program_and_HUP_does_not()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed holder = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}", "--enter=retry", $"--before-wait={folder.File("go")}"] });
        await managed.Log.Find("^before manage");
        Native.Send(managed.StartedPid, Native.Hup);
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(128 + Native.Term);
    }
}
