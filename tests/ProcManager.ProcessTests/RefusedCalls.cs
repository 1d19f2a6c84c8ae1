using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What sandboxes and network file systems refuse. The manager goes on another way, and says what is missing.</summary>
[Trait("Row", "A1.8")]
public class RefusedCalls(ITestOutputHelper output)
{
    private const int EPERM = 1;
    private const int ENOLCK = 37;
    private const int ENOSYS = 38;
    private const int F_OFD_SETLK = 37;

    [Theory]
    [InlineData(EPERM)]
    [InlineData(ENOSYS)]
    public async Task Without_memfd_create_the_scoreboard_is_a_file_whose_name_is_gone(int errno)
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = await Refusing.Wrapper(folder, Refusing.MemfdCreate, errno),
            Arguments = ["--ProcessManager:ProcessCount=2"],
        });
        await managed.Ready();
        (await managed.Client.Get("/states")).Should().MatchRegex("[rw.]{2}");
        string board = Directory.GetFiles($"/proc/{managed.Pid}/fd").Select(static f => new FileInfo(f).LinkTarget ?? "").Should().ContainSingle(static t => t.Contains("procmanager-scoreboard")).Subject;
        board.Should().StartWith("/dev/shm/").And.EndWith(" (deleted)");
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task Without_locks_the_pid_file_is_written_and_the_reason_is_told()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = await Refusing.Wrapper(folder, Refusing.Fcntl, ENOLCK, (1, F_OFD_SETLK)),
            Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}"],
        });
        await managed.Ready();
        await managed.Log.Find(@"the pid file is written but cannot be locked, so a second manager is not kept out: fcntl\(.*app\.pid, F_OFD_SETLK\) failed: No locks available");
        File.ReadAllText(file).Should().Be($"{managed.Pid}\n");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.Exists(file).Should().BeFalse();
    }
}
