using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>
/// Started with standard descriptors closed. The runtime takes their numbers for files of its own; a message must not go there.
/// The log is not to be seen then, so the program writes to a file by a wrapper that opens it as descriptor 9.
/// </summary>
[Trait("Row", "core")]
public class ClosedDescriptors(ITestOutputHelper output)
{
    [Theory]
    [InlineData("0<&-", 0)]
    [InlineData("1>&-", 1)]
    [InlineData("2>&-", 2)]
    [InlineData("0<&- 1>&-", 0, 1)]
    [InlineData("0<&- 2>&-", 0, 2)]
    [InlineData("1>&- 2>&-", 1, 2)]
    [InlineData("0<&- 1>&- 2>&-", 0, 1, 2)]
    public async Task They_are_dev_null_for_manager_and_workers_and_the_pid_stays(string redirections, params int[] closed)
    {
        using var folder = new TempFolder();
        string path = folder.File("app.sock");
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["/bin/sh", "-c", $"exec \"$0\" \"$@\" {redirections}"],
            Arguments = ["--ProcessManager:ProcessCount=2", $"--socket={path}"],
        });
        int manager = managed.StartedPid;
        await Until.True(() => Native.Children(manager).Count == 2, "two workers");
        await Until.True(() => File.Exists(path), "the socket");
        using var client = new Client(path);
        (await client.Get("/")).Should().StartWith("Hello");

        foreach (int pid in Native.Children(manager).Append(manager))
        {
            closed.Select(fd => new FileInfo($"/proc/{pid}/fd/{fd}").LinkTarget).Should().OnlyContain(static l => l == "/dev/null");
        }

        Native.Send(manager, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_program_that_has_them_is_not_started_twice()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        managed.Count("^listening ").Should().Be(1);
        (await managed.Client.Get("/env")).Should().NotContain("PROCMANAGER_STANDARD");
    }
}
