using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A manager, or a plain process, that root has started and that is another user from then on.</summary>
[Trait("Row", "D12")]
public sealed class PrivilegesGivenUp(ITestOutputHelper output)
{
    [FactAsRoot]
    public async Task The_manager_and_its_workers_are_one_user_and_the_pool_works()
    {
        using var user = new OtherUser();
        await using Managed managed = await Start(user, "--ProcessManager:ProcessCount=2", "--events=yes");
        await managed.Log.Find($@"this process has given up its privileges for good: it is nobody \(uid {user.Id}, ");
        foreach (int process in managed.Workers.Append(managed.Pid))
        {
            Directory.GetDirectories($"/proc/{process}/task").Should().OnlyContain(t => OtherUser.Privileges(t).SequenceEqual(user.None));
        }

        OtherUser.OwnerOf($"/proc/{managed.Pid}/environ").Should().Be(user.Id, "the files of a process that may not be dumped are root's");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.FindCount("is ready", 3);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Directory.GetFiles(Path.GetTempPath(), $"*-{managed.Pid}-*").Should().BeEmpty("it removes its runtime's files as that user");
    }

    /// <summary>In a folder of root's the manager can change nothing any more.</summary>
    [FactAsRoot]
    public async Task What_it_can_no_longer_do_is_told_and_the_next_start_works()
    {
        using var user = new OtherUser();
        string pidFile = Path.Combine(user.Files, "app.pid"), control = Path.Combine(user.Files, "control.sock"), listener = Path.Combine(user.Files, "app.sock");
        string[] switches = ["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={pidFile}", $"--ProcessManager:ControlSocket={control}", $"--socket={listener}", "--events=yes"];
        await using (Managed managed = await Start(user, switches))
        {
            (OtherUser.OwnerOf(control), OtherUser.OwnerOf(pidFile)).Should().Be((user.Id, "0"));
            File.ReadAllText(pidFile).Trim().Should().Be($"{managed.Pid}");
            using (ControlClient client = await ControlClient.Connect(control))
            {
                (await client.Ask("""{"command":"status"}""")).Item1.GetProperty("ok").GetBoolean().Should().BeTrue();
            }

            File.Delete(control);
            File.Delete(listener);
            managed.Signal(Native.Hup);
            await managed.Log.Find($"'{listener}' was removed or replaced, and cannot be bound again: .*Permission denied");
            await managed.Log.Find($"'{control}' was removed or replaced and cannot be bound again: .*Permission denied");
            await managed.ReloadFinished("Succeeded", 2);
            managed.Signal(Native.Term);
            (await managed.Exit()).Should().Be(0);
            managed.Log.Lines.Should().Contain(l => l.Contains($"the pid file {pidFile} cannot be removed (Permission denied), so it was emptied; the next start uses it again"));
            File.ReadAllText(pidFile).Should().BeEmpty();
        }

        await using Managed again = await Start(user, switches);
        File.ReadAllText(pidFile).Trim().Should().Be($"{again.Pid}");
        again.Signal(Native.Term);
        (await again.Exit()).Should().Be(0);
        again.Log.Lines.Should().Contain(l => l.Contains($"the socket file {listener} cannot be removed (Permission denied), and stays behind"));
        await using Managed third = await Start(user, switches);
    }

    [FactAsRoot]
    public async Task In_a_folder_of_the_users_own_all_files_go_at_the_end()
    {
        using var user = new OtherUser();
        string folder = Directory.CreateDirectory(user.Folder.File("own")).FullName;
        System.Diagnostics.Process.Start("chown", [user.Id, folder]).WaitForExit();
        await using Managed managed = await Start(
            user, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={folder}/app.pid", $"--ProcessManager:ControlSocket={folder}/control.sock", $"--socket={folder}/app.sock", $"--ProcessManager:Status:EndPoint=unix:{folder}/status.sock");
        Directory.GetFiles(folder).Should().HaveCount(4);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Directory.GetFiles(folder).Should().BeEmpty();
        managed.Log.Lines.Should().NotContain(static l => l.Contains("cannot be removed"));
    }

    /// <summary>With a folder /run of its own, since other tests have pools in the machine's.</summary>
    [FactAsRoot]
    public async Task Its_control_socket_is_in_a_folder_of_that_user_and_root_finds_it()
    {
        using var user = new OtherUser();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o mode=755 none /run && exec \"$@\"", "sh"],
            Program = user.Program,
            Arguments = Managed.Hasty(["--ProcessManager:ProcessCount=1", $"--ProcessManager:User={OtherUser.Name}", "--ProcessManager:ManagerKeepsPrivileges=false"]),
        });
        await managed.Ready();
        string folder = $"/proc/{managed.Pid}/root/run/procmanager.{user.Id}";
        (OtherUser.OwnerOf(folder), File.GetUnixFileMode(folder)).Should().Be((user.Id, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        OtherUser.OwnerOf($"{folder}/{managed.Pid}.sock").Should().Be(user.Id);
        using var list = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("nsenter", ["-t", $"{managed.Pid}", "-m", Places.Procman, "list"]) { RedirectStandardOutput = true })!;
        (await list.StandardOutput.ReadToEndAsync()).Should().MatchRegex($@"ProcManager\.TestWorker +{managed.Pid} +ready");
        await list.WaitForExitAsync();
    }

    [FactAsRoot]
    [Trait("Row", "D4")]
    public async Task A_plain_process_is_that_user_from_Manage_on()
    {
        using var user = new OtherUser();
        await using Managed app = user.Launch(output, "--ProcessManager:ProcessCount=0", $"--ProcessManager:User={OtherUser.Name}");
        await app.Log.Find("this process has given up its privileges for good: it is nobody");
        app.Unheard((await app.Log.Find("^listening (.*)$")).Groups[1].Value);
        (await app.Client.Get("/come-back")).Should().Be("setuid=-1 seteuid=-1 setreuid=-1 setgid=-1 setgroups=-1");
        Directory.GetDirectories($"/proc/{app.StartedPid}/task").Should().OnlyContain(t => OtherUser.Privileges(t).SequenceEqual(user.None));
    }

    private Task<Managed> Start(OtherUser user, params string[] switches) =>
        user.Start(output, [$"--ProcessManager:User={OtherUser.Name}", "--ProcessManager:ManagerKeepsPrivileges=false", .. switches]);
}
