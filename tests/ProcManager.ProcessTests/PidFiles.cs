using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A1.8")]
public class PidFiles(ITestOutputHelper output)
{
    [Fact]
    public async Task A_live_manager_keeps_its_pid_file_and_the_second_one_is_told_who_has_it()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed first = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        await using Managed second = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}"] });
        await second.Log.Find($@"^ProcManager.TestWorker: The pid file '{file}' is held by a running manager \(pid {first.Pid}\). Stop that one first");
        (await second.Exit()).Should().Be(1);
        File.ReadAllText(file).Should().Be($"{first.Pid}\n");
        (await first.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task A_file_left_by_a_dead_manager_is_replaced_even_if_its_number_is_somebody_elses_now()
    {
        using var folder = new TempFolder();
        string file = folder.Write("app.pid", $"{Environment.ProcessId}\n");
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        File.ReadAllText(file).Should().Be($"{managed.Pid}\n");
    }

    [Fact]
    public async Task A_symbolic_link_is_not_followed()
    {
        using var folder = new TempFolder();
        string target = folder.Write("precious", "mine");
        File.CreateSymbolicLink(folder.File("app.pid"), target);
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={folder.File("app.pid")}");
        await managed.Log.Find("the pid file cannot be written; going on without one: .*symbolic link");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.ReadAllText(target).Should().Be("mine");
        File.ResolveLinkTarget(folder.File("app.pid"), false).Should().NotBeNull();
    }

    [Theory]
    [InlineData("/proc/not-there/app.pid")]
    [InlineData("/sys/kernel/app.pid")]
    public async Task A_missing_folder_or_a_read_only_place_is_a_warning(string file)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        await managed.Log.Find($"the pid file cannot be written; going on without one: open\\({file}\\) failed");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task A_file_that_took_its_place_meanwhile_is_left_alone()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        folder.Write("app.pid", "another");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        File.ReadAllText(file).Should().Be("another");
    }
}
