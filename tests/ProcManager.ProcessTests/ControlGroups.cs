using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What the kernel does to workers in a control group: it freezes them, or ends them for want of memory. Takes root, and the controllers of version 1.</summary>
[Trait("Row", "core")]
public class ControlGroups(ITestOutputHelper output)
{
    [Fact]
    public async Task A_stop_ends_although_a_frozen_worker_cannot_be_killed_and_names_it()
    {
        if (Group("freezer") is not { } group)
        {
            return;
        }

        try
        {
            await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:00.1", "--events=yes");
            int pid = managed.Workers[0];
            await File.WriteAllTextAsync(group + "/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));
            await File.WriteAllTextAsync(group + "/freezer.state", "FROZEN");
            try
            {
                managed.Signal(Native.Term);
                await managed.Log.Find($@"these processes are left behind, the kernel holds them and not even KILL ends them: {pid}\. ");
                await managed.Log.Find("all workers are gone; exit code 1|exit code 1");
                await Until.True(() => !Native.IsAlive(managed.Pid), "the manager has ended");
            }
            finally
            {
                await File.WriteAllTextAsync(group + "/freezer.state", "THAWED");
            }

            (await managed.Exit()).Should().Be(1);
        }
        finally
        {
            await Remove(group);
        }
    }

    [Fact]
    public async Task A_worker_that_the_OOM_killer_took_is_told_as_out_of_memory()
    {
        if (Group("memory") is not { } group)
        {
            return;
        }

        try
        {
            await using Managed managed = Managed.Launch(output, new Launch
            {
                Arguments = ["--ProcessManager:ProcessCount=1", "--events=yes"],
                Wrapper = ["sh", "-c", $"echo $$ > {group}/cgroup.procs && exec \"$0\" \"$@\""],
                Environment = new() { ["DOTNET_GCHeapHardLimit"] = "0x40000000" },
            });
            await managed.Ready();
            await File.WriteAllTextAsync(group + "/memory.limit_in_bytes", "300M");

            await managed.Client.Lost("/leak?MB=600");

            await managed.Log.Find(@"event exited 0 \d+ cause=OutOfMemory code= signal=9");
            await managed.Log.Find(@"worker 0 \(pid \d+\) ended with SIGKILL \(OutOfMemory\)");
            await managed.Log.FindCount("event ready", 2);
        }
        finally
        {
            await Remove(group);
        }
    }

    /// <summary>A group of the test's own; null where there is none to be had.</summary>
    private static string? Group(string controller)
    {
        string root = "/sys/fs/cgroup/" + controller;
        string line = File.ReadAllLines("/proc/self/cgroup").FirstOrDefault(l => l.Split(':')[1].Split(',').Contains(controller), "");
        if (line.Length == 0 || !File.Exists(root + "/cgroup.procs"))
        {
            return null;
        }

        try
        {
            return Directory.CreateDirectory($"{root}{line.Split(':', 3)[2].TrimEnd('/')}/procmanager-test-{Guid.NewGuid():N}").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task Remove(string group) => await Until.True(
        () =>
        {
            try
            {
                Directory.Delete(group);
                return true;
            }
            catch (IOException)
            {
                return false; // a process is on its way out of it
            }
        },
        "the control group is empty");
}
