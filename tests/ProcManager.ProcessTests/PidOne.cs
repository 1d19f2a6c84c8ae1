using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A1.6")]
public class PidOne(ITestOutputHelper output)
{
    private static readonly string[] Namespace = [.. Environment.IsPrivilegedProcess ? ["unshare"] : new[] { "unshare", "--user", "--map-root-user" }, "--pid", "--fork", "--mount-proc", "--kill-child"];

    /// <summary>What pid 1 starts does not begin before a file is there, and pid 1 waits for it to begin.</summary>
    private const string SlowStart = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int execve(const char *path, char *const argv[], char *const envp[])
        {
            const char *file = getenv("START_FILE");
            if (file && getppid() == 1)
            {
                char begun[512];
                snprintf(begun, sizeof begun, "%s.begun", file);
                close(open(begun, O_CREAT | O_WRONLY, 0600));
                while (access(file, F_OK) != 0) usleep(1000);
            }
            int (*real)(const char *, char *const *, char *const *) = (int (*)(const char *, char *const *, char *const *))dlsym(RTLD_NEXT, "execve");
            return real(path, argv, envp);
        }
        """;

    /// <summary>The manager's process, whose parent is pid 1, does not begin its program before a file is there. Its workers do.</summary>
    private const string SlowLoad = """
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        __attribute__((constructor)) static void wait_for_file(void)
        {
            const char *file = getenv("START_FILE");
            if (file && getppid() == 1)
            {
                char begun[512];
                snprintf(begun, sizeof begun, "%s.begun", file);
                close(open(begun, O_CREAT | O_WRONLY, 0600));
                while (access(file, F_OK) != 0) usleep(1000);
            }
        }
        """;

    [Fact]
    public async Task As_pid_1_it_serves_tells_exact_ends_and_passes_signals_and_the_exit_code_on()
    {
        await using Managed managed = Start("--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.050");
        int init = await Init(managed);
        await FluentActions.Awaiting(() => managed.Client.Get("/crash")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
        await managed.Log.FindCount("is ready", 3);
        await FluentActions.Awaiting(() => managed.Client.Get("/exit?code=3")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with exit code 3 \(Crashed\)");
        await managed.Log.FindCount("is ready", 4);
        Native.Send(init, Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task As_pid_1_a_stop_that_had_to_kill_exits_with_1()
    {
        using var folder = new TempFolder();
        await using Managed managed = Start("--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:00.500");
        int init = await Init(managed);
        Task<string> answer = await managed.BusyWorker(folder);
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(1);
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task As_pid_1_a_Ctrl_C_to_its_group_comes_once()
    {
        using var folder = new TempFolder();
        await using Managed managed = Start("--ProcessManager:ProcessCount=2");
        int init = await Init(managed);
        Task<string> answer = await managed.BusyWorker(folder);
        string group = Native.ReadOrEmpty($"/proc/{init}/stat").Split(") ")[1].Split(' ')[2];
        int inner = Native.Children(init).Single();
        Native.ReadOrEmpty($"/proc/{inner}/stat").Split(") ")[1].Split(' ')[2].Should().NotBe(group);
        Native.Send(init, Native.Int);
        await managed.Log.Find("stopping");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task As_pid_1_a_stop_that_comes_while_the_manager_is_being_started_is_passed_on()
    {
        using var folder = new TempFolder();
        string shim = await Shims.Compile(folder, "start", SlowStart);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = Namespace,
            Environment = { ["LD_PRELOAD"] = shim, ["START_FILE"] = folder.File("go") },
            Arguments = ["--ProcessManager:ProcessCount=1"],
        });
        await Until.True(() => File.Exists(folder.File("go.begun")), "the manager is being started");
        int init = Native.Children(managed.StartedPid).Single();
        Native.Send(init, Native.Term);
        await Until.True(() => Native.ReadOrEmpty($"/proc/{init}/status").Contains("ShdPnd:\t0000000000000000", StringComparison.Ordinal), "the signal was taken");
        folder.Write("go", "");
        (await managed.Exit()).Should().Be(0);
        await managed.Log.Find("stopping: draining");
    }

    [Theory]
    [InlineData(Native.Hup, "HUP")]
    [InlineData(Native.Usr1, "USR1")]
    [InlineData(Native.Ttin, "TTIN")]
    [InlineData(Native.Int, "TERM")]
    [InlineData(Native.Term, "TERM")]
    public async Task As_pid_1_a_signal_waits_until_the_manager_has_its_handlers(int signal, string kept)
    {
        using var folder = new TempFolder();
        string shim = await Shims.Compile(folder, "load", SlowLoad);
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = Namespace,
            Environment = { ["LD_PRELOAD"] = shim, ["START_FILE"] = folder.File("go") },
            Arguments = ["--ProcessManager:ProcessCount=1"],
        });
        await managed.Log.Find(@"manager \(pid 1\): this is pid 1: the manager runs as a child");
        await Until.True(() => File.Exists(folder.File("go.begun")), "the manager's process has begun, and has no handlers");
        int init = Native.Children(managed.StartedPid).Single();
        Native.Send(init, signal);
        await managed.Log.Find($"SIG{kept} came before the manager can take it");
        folder.Write("go", "");
        if (signal is not (Native.Int or Native.Term))
        {
            await managed.Ready(); // none of them has ended it
            Native.Send(init, Native.Term);
        }

        await managed.Log.Find("stopping: draining");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task As_pid_1_a_second_TERM_kills_and_one_that_is_killed_gives_its_signal_as_the_exit_code()
    {
        using var folder = new TempFolder();
        await using (Managed managed = Start("--ProcessManager:ProcessCount=1"))
        {
            int init = await Init(managed);
            Task<string> answer = await managed.BusyWorker(folder);
            Native.Send(init, Native.Term);
            await managed.Log.Find("stopping: draining");
            Native.Send(init, Native.Term);
            (await managed.Exit()).Should().Be(1);
            await managed.Log.Find("told to stop again: killing 1 worker");
            await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
        }

        await using Managed other = Start("--ProcessManager:ProcessCount=1");
        Native.Send(Native.Children(await Init(other)).Single(), Native.Kill);
        (await other.Exit()).Should().Be(128 + Native.Kill);
    }

    [Fact]
    public async Task As_pid_1_orphans_are_reaped()
    {
        await using Managed managed = Start("--ProcessManager:ProcessCount=1");
        int init = await Init(managed);
        int manager = Native.Children(init).Single();
        int worker = Native.Children(manager).Single();
        _ = await managed.Client.Get("/background?seconds=600");
        int child = Native.Children(worker).Single();
        await FluentActions.Awaiting(() => managed.Client.Get("/exit?code=3")).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with exit code 3 \(Crashed\)");
        await Until.True(() => Native.Children(init).Contains(child) || !Directory.Exists($"/proc/{child}"), "pid 1 is the parent now, or it was reaped already");

        Native.TrySend(child, Native.Kill);

        await Until.True(() => !Directory.Exists($"/proc/{child}"), "the orphan was reaped");
        Native.Children(init).Should().Equal(manager);
        await managed.Log.FindCount("is ready", 2);
        Native.Send(init, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>As after <c>unshare --pid --fork</c> alone: /proc shows the processes outside, and under a number of the inside another one, or none.</summary>
    [Fact]
    public async Task With_the_proc_of_the_outside_the_title_is_written_over_its_own_arguments()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = [.. Namespace.Where(static w => w != "--mount-proc"), "/bin/sh", "-c", "\"$0\" \"$@\"; exit $?"],
            Arguments = ["--ProcessManager:ProcessCount=1"],
        });
        await managed.Log.Find(@"worker 0 \(pid \d+\) is ready");

        int manager = Native.Children(Native.Children(managed.StartedPid).Single()).Single();
        Native.ReadOrEmpty($"/proc/{manager}/cmdline").TrimEnd('\0').Should().Be("ProcManager.TestWorker");
        Native.ReadOrEmpty($"/proc/{Native.Children(manager).Single()}/cmdline").TrimEnd('\0').Should().EndWith(": worker 0");
        Native.Send(manager, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    private Managed Start(params string[] switches) => Managed.Launch(output, new Launch
    {
        Wrapper = Namespace,
        Arguments = switches,
    });

    // The log has the numbers of the inner namespace; from here pid 1 is the child of unshare.
    private static async Task<int> Init(Managed managed)
    {
        await managed.Log.Find(@"manager \(pid 1\): this is pid 1: the manager runs as a child");
        await managed.Ready();
        return Native.Children(managed.StartedPid).Single();
    }
}
