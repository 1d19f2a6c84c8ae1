using System.Net;
using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Programs whose workers say that they are ready and then do not last: they leave by their own call, or cannot bind an address of their own.</summary>
[Trait("Row", "core")]
public class StartsThatCannotHold(ITestOutputHelper output)
{
    [Fact]
    public async Task Leaving_by_ones_own_call_soon_after_ready_again_and_again_is_a_crash_loop_with_growing_delays()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=4", "--boot=leave-soon 20", "--events=yes"] });
        await managed.Listening();

        await managed.Log.Find(@"crash loop: .*, the last: worker \d left by its own call \d+\.\d s after it was ready, before it had served a request\. .*, the next in 1 s\.");
        await managed.Log.Find(@"event exited \d \d+ cause=LeftByItself code=0");
    }

    [Fact]
    public async Task A_reload_to_such_a_program_fails_and_the_old_workers_stay()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:30", "--events=yes", $"--boot-file={folder.File("boot")}");
        int[] old = [.. managed.Workers];
        folder.Write("boot", "leave-soon 20");

        managed.Signal(Native.Hup);

        await managed.ReloadFinished("Failed", 2, "left by its own call");
        managed.Workers.Should().Contain(old);
    }

    [Fact]
    public async Task A_worker_that_has_served_may_leave_by_its_own_call_as_often_as_it_likes()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:CrashLimit=1", "--events=yes");
        for (int i = 1; i <= 6; i++)
        {
            (await managed.Client.Get("/leave")).Should().Be("leaving");
            await managed.Log.FindCount(@"event exited 0 \d+ cause=AskedByOther code=0|event exited 1 \d+ cause=AskedByOther code=0", i);
        }

        managed.Count("crash loop").Should().Be(0);
    }

    [Fact]
    public async Task A_port_in_use_by_code_that_binds_late_ends_the_manager_with_one_line()
    {
        using Socket taken = Taken(out int port);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", $"--boot=bind {port}", "--events=yes"] });

        await managed.Log.Find(@"giving up: no worker of .* can serve: worker \d cannot bind an address of its own: it is in use, or may not be used\.");
        (await managed.Exit()).Should().Be(1);
        managed.Count("event started").Should().BeLessThanOrEqualTo(4);
    }

    [Fact]
    public async Task A_reload_to_a_program_whose_port_is_in_use_fails()
    {
        using var folder = new TempFolder();
        using Socket taken = Taken(out int port);
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--events=yes", $"--boot-file={folder.File("boot")}");
        int[] old = [.. managed.Workers];
        folder.Write("boot", $"bind {port}");

        managed.Signal(Native.Hup);

        await managed.ReloadFinished("Failed", 2, "cannot bind an address of its own");
        managed.Workers.Should().Contain(old);
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    private static Socket Taken(out int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }
}
