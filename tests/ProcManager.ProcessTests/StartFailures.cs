using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A1.7")]
public class StartFailures(ITestOutputHelper output)
{
    [Fact]
    public async Task A_missing_executable_after_a_deploy_leaves_the_others_serving_and_is_tried_ever_more_slowly()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=2"] });
        await managed.Ready();
        File.Move(program, program + ".away");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find("could not be started: posix_spawn.*No such file or directory.*The workers that serve go on; .*the next in 1 s. See that the program");
        await managed.Log.Find("the next in 2 s");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        File.Move(program + ".away", program);
        await managed.Log.FindCount("is ready", 3);
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_reload_with_a_missing_executable_fails_and_the_old_workers_go_on()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=2", "--events=yes"] });
        await managed.Ready();
        int[] workers = [.. managed.Workers];
        File.Move(program, program + ".away");
        managed.Signal(Native.Hup);
        await managed.Log.Find("event reload Failed 2 .*No such file or directory");
        managed.Workers.Should().Equal(workers);
    }

    [Fact]
    public async Task A_start_that_can_never_succeed_ends_a_pool_that_never_served()
    {
        using var folder = new TempFolder();
        string program = Programs.CopyTestWorker(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=2", "--remove-self=yes"] });
        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find("giving up: no worker of .* ever became ready: .*No such file.*See that the program and its working directory are there");
    }

    [Fact]
    public async Task A_program_that_dies_at_every_start_gives_up_with_1_and_says_where_to_look()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", "--boot=exit 3", "--hooks=yes", "--events=yes"] });
        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find("giving up: no worker of .* ever became ready, 10 failures, the last: worker . ended with exit code 3 before it was ready. Look at what the workers wrote to standard error");
        await managed.Log.Find("hook abort 1 worker .* ended with exit code 3");
        await managed.Log.Find("^event shutting down");
        managed.Log.Lines.Count(static l => l.Contains("was started")).Should().BeLessThanOrEqualTo(12);
    }

    [Fact]
    [Trait("Row", "D14")]
    public async Task Out_of_descriptors_the_start_is_tried_again_and_the_pool_serves()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            // The manager itself needs about eighty; each worker takes two more.
            Wrapper = ["/bin/sh", "-c", "ulimit -n 110; exec \"$0\" \"$@\""],
            Arguments = ["--ProcessManager:ProcessCount=60"],
        });
        await managed.Listening();
        await managed.Log.Find(@"could not be started: (socketpair|fcntl).*failed: Too many open files.*Tried again in 1 s");
        await managed.Log.Find("is ready");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Ttou);
        await managed.Log.Find("59 workers are wanted");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_worker_that_hangs_at_its_start_is_killed_after_the_start_timeout()
    {
        using var folder = new TempFolder();
        folder.Write("boot", "hang");
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:StartTimeout=00:00:03", $"--boot-file={folder.File("boot")}"] });
        await managed.Log.Find(@"is killed \(StartTimeout\): it was not ready within 3 s. Raise StartTimeout");
        folder.Write("boot", "");
        await managed.Ready();
    }
}
