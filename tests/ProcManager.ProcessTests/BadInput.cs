using System.Net;
using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Each is a clear line, the program ends, and nothing is left.</summary>
[Trait("Row", "A1.10")]
public class BadInput(ITestOutputHelper output)
{
    [Fact]
    public async Task A_port_in_use_names_listener_address_and_remedy()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        await Refused(@"Listener 'http' cannot be bound to 127\.0\.0\.1:\d+: .*Another program listens there; stop it, or choose another port", $"--port={((IPEndPoint)taken.LocalEndPoint!).Port}");
    }

    [Fact]
    public async Task A_live_unix_socket_is_an_error_a_stale_one_is_replaced()
    {
        using var folder = new TempFolder();
        string path = folder.File("app.sock");
        await using (Managed first = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--socket={path}"))
        {
            await Refused("Listener 'http': another program .pid \\d+. listens on .*app.sock.*Stop it, or choose another path", $"--socket={path}");
            (await first.Client.Get("/")).Should().StartWith("Hello");
            first.Signal(Native.Term);
            (await first.Exit()).Should().Be(0);
            File.Exists(path).Should().BeFalse();
        }

        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path + ".old"));
            File.Move(path + ".old", path);
        }

        await using Managed second = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--socket={path}");
        (await second.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task A_unix_path_that_is_too_long_or_has_no_folder_is_told()
    {
        await Refused("which has 205 bytes; allowed for the path of a socket: 1 to 107", $"--socket=/tmp/{new string('x', 200)}");
        await Refused("Listener 'http' cannot be bound to '/tmp/not-there/app.sock': .*Check that its folder exists", "--socket=/tmp/not-there/app.sock");
        using var folder = new TempFolder();
        await Refused("exists and is not a socket", $"--socket={folder.Write("file", "")}");
    }

    [Theory]
    [InlineData("nonsense", "must begin with 'v3;'")]
    [InlineData("v3;manager=1;slot=0;generation=1;standby=0;lifeline=77;scoreboard=78;listen=", "descriptor 77 is not open")]
    [InlineData("v3;manager=1;slot=0;generation=1;standby=0;lifeline=x;scoreboard=4;listen=", "'lifeline=x' is not lifeline=NUMBER")]
    [InlineData("v3;manager=1;slot=0;generation=1;standby=0;lifeline=0;scoreboard=1;listen=", "descriptor 0 is not open")]
    [InlineData("v3;manager=1;slot=0;generation=1;standby=0;lifeline=9;scoreboard=9;listen=", "descriptor 9 is no lifeline")]
    public async Task A_forged_or_damaged_variable_is_told_and_nothing_is_started(string value, string why)
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["/bin/sh", "-c", "exec 9</dev/null; exec \"$0\" \"$@\""],
            Arguments = ["--ProcessManager:ProcessCount=1"],
            Environment = { ["PROCMANAGER_WORKER"] = value },
        });
        (await managed.Exit()).Should().NotBe(0);
        managed.Log.Lines.Should().Contain(l => l.Contains("The environment variable PROCMANAGER_WORKER is '" + value) && l.Contains(why) && l.Contains("Remove it from the environment"));
    }

    [Fact]
    public async Task Manage_twice_in_a_worker_and_Manage_or_Listen_beside_a_running_manager_are_refused()
    {
        await using Managed twice = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--enter=twice", "--ProcessManager:CrashLimit=1"] });
        await twice.Log.Find("Manage was called before in this process");
        (await twice.Exit()).Should().Be(1);

        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--commands=yes");
        managed.Command("manage");
        await managed.Log.Find("InvalidOperationException: Manage was called before in this process");
        managed.Command("listen");
        await managed.Log.Find("InvalidOperationException: Listener 'late' is opened after Manage. Call Listen before");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    [Trait("Row", "A3.1")]
    public async Task Dispatch_calls_out_of_order_are_refused_and_the_worker_goes_on()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        (await managed.Client.Get("/misuse")).Should().StartWith("PreDispatch was called twice without a PostDispatch between");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    private async Task Refused(string line, string argument)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", argument] });
        (await managed.Exit()).Should().NotBe(0);
        await managed.Log.Find(line);
        await managed.NobodyLeft(1);
    }
}
