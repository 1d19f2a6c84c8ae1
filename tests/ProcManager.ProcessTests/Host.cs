using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What a host sees and sets: titles, options, hooks, messages, method calls.</summary>
public class Host(ITestOutputHelper output)
{
    [Fact]
    [Trait("Row", "A1.9")]
    public async Task Titles_are_shown_by_ps_and_can_be_changed_at_run_time()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--title-later=the boss");
        await Until.True(() => Ps(managed.Pid) == ("the boss", "the boss"), "the manager has its new title");
        Ps(managed.Workers[0]).Should().Be(("ProcManager.TestWorker: worker 0", "ProcManager.: w"));
        await managed.Client.Get("/title?name=counting");
        Ps(managed.Workers[0]).Should().Be(("counting", "counting"));
    }

    [Fact]
    [Trait("Row", "A1.9")]
    public async Task The_title_is_the_name_of_the_program_unless_set_and_finds_the_manager_only()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        Ps(managed.Pid).Should().Be(("ProcManager.TestWorker", "ProcManager.Tes"));
        Ps(managed.Workers[0]).Comm.Should().NotBe("ProcManager.Tes");
        await using Managed named = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:ProcessTitle=shop", "--ProcessManager:ControlSocket=off");
        Ps(named.Pid).Args.Should().Be("shop");
        Ps(named.Workers[0]).Args.Should().Be("shop: worker 0");
        named.Log.Lines.Should().Contain(l => l.Contains($"shop: manager (pid {named.Pid}): managing"));
    }

    [Theory]
    [Trait("Row", "A1.10")]
    [InlineData("ProcessCount=-1", "ProcessManager:ProcessCount is -1; allowed: 0 to 2048.")]
    [InlineData("DieTimeout=00:00:00", "ProcessManager:DieTimeout is 0s; allowed: 10ms to 1d, or off (null) to wait without end.")]
    [InlineData("StartDelay=-00:00:01", "ProcessManager:StartDelay is -00:00:01; allowed: 0s to 1h.")]
    [InlineData("ProcesCount=3", "ProcessManager:ProcesCount is '3', which is not an option; the nearest is ProcessManager:ProcessCount.")]
    [InlineData("ProcessCount=many", "ProcessManager:ProcessCount is 'many'; allowed: a whole number.")]
    public async Task An_impossible_value_names_option_value_and_range(string setting, string message)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [$"--ProcessManager:{setting}"] });
        (await managed.Exit()).Should().NotBe(0);
        managed.Log.Lines.Should().Contain(l => l.Contains(message));
    }

    [Fact]
    [Trait("Row", "A1.11")]
    public async Task The_shared_instance_serves_the_short_style()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--enter=default", "--loop=none"] });
        await managed.Log.Find("default came back in slot 0");
        await managed.Log.Find("default came back in slot 1");
        await managed.Log.Find("all 2 workers are ready");
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "A1.12")]
    public async Task Each_step_can_be_overridden()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--hooks=yes", "--keep-process=yes");
        await managed.Log.Find("hook managing");
        await managed.Log.Find("hook handling 0");
        await managed.Log.Find("hook notify 200");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find("hook warn 205");
        managed.Signal(Native.Term);
        await managed.Log.Find("hook exit 0");
        await managed.Log.Find("manage returned false");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "A2.8")]
    [Trait("Row", "D15")]
    public async Task Without_signals_the_host_drives_everything_by_method_calls()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:NoSignals=true", "--ProcessManager:CanaryTime=00:00:00.050", "--commands=yes", "--events=yes");
        string caught = Native.ReadOrEmpty($"/proc/{managed.Pid}/status").Split('\n').First(static l => l.StartsWith("SigCgt", StringComparison.Ordinal));
        (Convert.ToUInt64(caught.Split(':')[1].Trim(), 16) & (1ul << (Native.Hup - 1))).Should().Be(0);
        managed.Command("reload");
        await managed.Log.Find("event reload Succeeded 2");
        managed.Command("scale 3");
        await managed.Log.Find("3 workers are wanted now");
        await managed.Client.Get("/leave");
        await managed.Log.Find("cause=AskedByOther code=0");
        await managed.Log.Find("safe exit after the host's request");
        managed.Command("stop");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "core")]
    public async Task A_handler_that_throws_is_logged_and_the_pool_goes_on()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--faulty-handler=yes");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find("a handler of the event WorkerExited failed; the manager goes on.*a faulty handler");
        await managed.Log.FindCount("is ready", 2);
    }

    [Theory]
    [Trait("Row", "core")]
    [InlineData("run", "sync")]
    [InlineData("runasync", "stopping")]
    public async Task Run_gives_the_exit_code_back_in_manager_and_worker(string enter, string loop)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--enter={enter}", $"--loop={loop}");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().Contain($"{enter} returned 0 in Manager").And.Contain($"{enter} returned 0 in Worker");
    }

    [Theory]
    [Trait("Row", "A1.7")]
    [InlineData("run")]
    [InlineData("runasync")]
    public async Task Run_gives_1_back_when_no_worker_ever_became_ready(string enter)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--boot-early=exit 3", $"--enter={enter}"] });
        (await managed.Exit()).Should().Be(1);
        managed.Log.Lines.Should().Contain($"{enter} returned 1 in Manager");
    }

    private static (string Args, string Comm) Ps(int pid)
    {
        using Process ps = Process.Start(new ProcessStartInfo("ps", ["-o", "comm=,args=", "-p", $"{pid}", "-ww"]) { RedirectStandardOutput = true })!;
        string text = ps.StandardOutput.ReadToEnd().TrimEnd();
        ps.WaitForExit();
        return text.Length < 16 ? ("", text) : (text[15..].Trim(), text[..15].Trim());
    }
}
