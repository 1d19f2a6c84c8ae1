using ProcManager.Posix;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A manager of root's whose workers are another user's.</summary>
[Trait("Row", "D12")]
public sealed class WorkersOfAnotherUser(ITestOutputHelper output)
{
    [FactAsRoot]
    public async Task They_are_that_user_from_the_first_instruction_and_cannot_come_back()
    {
        using var user = new OtherUser();
        await using Managed managed = await user.Start(output, "--ProcessManager:ProcessCount=2", $"--ProcessManager:User={OtherUser.Name}", "--events=yes");
        await managed.Log.Find($@"workers run as nobody \(uid {user.Id}, gid {user.Group}, .*\); the manager keeps its privileges");
        IsRoot(managed.Pid);
        foreach (int worker in managed.Workers)
        {
            OtherUser.Privileges($"/proc/{worker}").Should().Equal(user.None);
            Threads(worker).Should().OnlyContain(t => OtherUser.Status(t, "Uid") == user.None[0]);
#if !NATIVE_AOT // there the runtime has no such socket
            string diagnostics = Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{worker}-{ProcFs.StartTime(worker)}-socket");
            await Until.True(() => File.Exists(diagnostics), $"{diagnostics} is there"); // the runtime has a thread of its own for it
            OtherUser.OwnerOf(diagnostics).Should().Be(user.Id, "the runtime itself makes this file");
#endif
        }

        (await managed.Client.Get("/come-back")).Should().Be("setuid=-1 seteuid=-1 setreuid=-1 setgid=-1 setgroups=-1");
        (await managed.Client.Get("/env")).Split('\n').Should().Contain([$"HOME={user.Home}", "USER=nobody", "LOGNAME=nobody"]);

        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().OnlyContain(w => OtherUser.Privileges($"/proc/{w}").SequenceEqual(user.None));
        IsRoot(managed.Pid);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [FactAsRoot]
    public async Task One_that_is_killed_is_replaced_and_its_files_in_the_temp_folder_go()
    {
        using var user = new OtherUser();
        await using Managed managed = await user.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:User={user.Id}", "--events=yes");
        int worker = managed.Workers.Single();
        Native.Send(worker, Native.Kill);
        await managed.Log.Find($"event exited 0 {worker} ");
        await managed.Log.FindCount("is ready", 2);
        managed.Workers.Should().OnlyContain(w => w != worker && OtherUser.Privileges($"/proc/{w}").SequenceEqual(user.None));
        await Until.True(() => Directory.GetFiles(Path.GetTempPath(), $"*-{worker}-*").Length == 0, "what it left in the temp folder is removed");
    }

    [FactAsRoot]
    public async Task A_number_without_an_entry_is_a_user_too_and_has_neither_home_nor_groups_nor_the_managers_ambient_capabilities()
    {
        using var user = new OtherUser();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["setpriv", "--groups=1,2,3", "--inh-caps=+net_bind_service", "--ambient-caps=+net_bind_service"],
            Program = user.Program,
            Arguments = Managed.Hasty(["--ProcessManager:ProcessCount=1", "--ProcessManager:User=54321", "--ProcessManager:Group=54322"]),
        });
        await managed.Ready();
        string worker = $"/proc/{managed.Workers.Single()}";
        OtherUser.Privileges(worker).Should().Equal(["54321 54321 54321 54321", "54322 54322 54322 54322", .. user.None[2..]]);
        OtherUser.Status($"/proc/{managed.Pid}", "Groups").Should().Be("1 2 3");
        OtherUser.Status(worker, "Groups").Should().BeEmpty();
        (await managed.Client.Get("/env")).Split('\n').Should().NotContain(static l => l.StartsWith("HOME=") || l.StartsWith("USER="));
    }

    [FactAsRoot]
    public async Task A_hung_one_is_looked_into_as_the_same_user()
    {
        using var user = new OtherUser();
        await using Managed managed = await user.Start(
            output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:User={OtherUser.Name}", "--capture=user", "--ProcessManager:RequestTimeout=1s", "--ProcessManager:WatchdogLadder=Log, Capture, Kill");
        Task lost = managed.Client.Lost("/hang");
        await managed.Log.Find($@"hangs here: Uid:\s+{user.Id}\s+{user.Id}\s+{user.Id}\s+{user.Id}");
        await managed.Log.Find(@"ended with SIGKILL \(Hung\)");
        await lost;
    }

    /// <summary>Root in a container has neither CAP_SYS_RESOURCE nor CAP_SYS_NICE, by which it could set limits of other users' processes.</summary>
    [FactAsRoot]
    public async Task Limits_hold_for_them_also_where_root_has_few_capabilities()
    {
        using var user = new OtherUser();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["setpriv", "--bounding-set=-sys_resource,-sys_nice,-sys_ptrace"],
            Program = user.Program,
            Arguments = Managed.Hasty([$"--ProcessManager:User={OtherUser.Name}", "--ProcessManager:ProcessCount=4", "--ProcessManager:MemoryMeasure=Proportional", "--ProcessManager:MaxMemory=1GiB", .. WorkersWithLimits.Switches]),
        });
        await managed.Ready();
        managed.Workers.Should().HaveCount(4);
        await managed.Log.Find("the limits of memory have no effect: MemoryMeasure is Proportional");
        foreach (int worker in managed.Workers)
        {
            WorkersWithLimits.HasThem(worker);
        }
    }

    [FactAsRoot]
    public async Task A_program_that_the_user_may_not_run_is_a_mistake_and_not_a_crash_loop()
    {
        using var user = new OtherUser();
        File.SetUnixFileMode(Path.GetDirectoryName(user.Program)!, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using Managed managed = user.Launch(output, $"--ProcessManager:User={OtherUser.Name}");
        (await managed.Exit()).Should().Be(78);
        managed.Log.Lines.Should().Contain(l => l.Contains($"ProcessManager:User is nobody; allowed: a user who may run this program; nobody may not use {user.Program}. "));
    }

    [FactAsRoot]
    public async Task Without_root_another_user_is_refused_and_the_own_one_is_not()
    {
        using var user = new OtherUser();
        await using Managed refused = Managed.Launch(output, new Launch { Wrapper = user.Wrapper, Program = user.Program, Arguments = ["--ProcessManager:User=root"] });
        (await refused.Exit()).Should().Be(78);
        refused.Log.Lines.Should().Contain(static l => l.Contains("ProcessManager:User is root; allowed: null, or nobody, the user that this process has; another user takes a start by root."));

        await using Managed own = Managed.Launch(output, new Launch { Wrapper = user.Wrapper, Program = user.Program, Arguments = Managed.Hasty(["--ProcessManager:ProcessCount=1", $"--ProcessManager:User={OtherUser.Name}"]) });
        await own.Ready();
        OtherUser.Privileges($"/proc/{own.Workers.Single()}").Should().Equal(user.None);
    }

    private static void IsRoot(int pid) => Threads(pid).Should().OnlyContain(static t => OtherUser.Status(t, "Uid") == "0 0 0 0" && OtherUser.Status(t, "Gid") == "0 0 0 0");

    private static string[] Threads(int pid) => Directory.GetDirectories($"/proc/{pid}/task");
}
