using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A user's mistake is one line that names the setting, its value and what is allowed, and exit code 78. What may pass is exit code 1.</summary>
[Trait("Row", "A1.10")]
public class UsersMistakes(ITestOutputHelper output)
{
    [Theory]
    [InlineData("--ProcessManager:ProcessCount=-1", "ProcessManager:ProcessCount is -1; allowed: 0 to 2048.")]
    [InlineData("--ProcessManager:ProcesCount=1", "ProcessManager:ProcesCount is '1', which is not an option; the nearest is ProcessManager:ProcessCount.")]
    [InlineData("--ProcessManager:ProcessCount=many", "ProcessManager:ProcessCount is 'many'; allowed: a whole number.")]
    [InlineData("--ProcessManager:DieTimeout=30", "ProcessManager:DieTimeout is '30'; allowed: a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss, or off.")]
    [InlineData("--ProcessManager:Status:EndPoint=0.0.0.0:9090", "ProcessManager:Status:EndPoint is 0.0.0.0:9090; allowed: an address of this machine only, such as 127.0.0.1:9090; other machines can reach 0.0.0.0 when Status:AllowRemote is true and Status:Token is set.")]
    [InlineData("--ProcessManager:Status:Token=short", "ProcessManager:Status:Token is a text of 5 characters, which are not shown; allowed: 16 to 256 visible ASCII characters")]
#if NATIVE_AOT // where a start takes a tenth
    [InlineData("--ProcessManager:Status:EndPoint=9090", "ProcessManager:Status:EndPoint is 9090; allowed: an address and a port of this machine, such as 127.0.0.1:9090")]
    [InlineData("--ProcessManager:Status:Adress=127.0.0.1:9090", "ProcessManager:Status:Adress is given, which is not an option; ")]
    [InlineData("--ProcessManager:Status=127.0.0.1:9090", "ProcessManager:Status is '127.0.0.1:9090'; allowed: a section with options of its own, such as ProcessManager:Status:EndPoint.")]
    [InlineData("--ProcessManager:ProcessCount=2049", "ProcessManager:ProcessCount is 2049; allowed: 0 to 2048.")]
    [InlineData("--ProcessManager:ProcessCount=", "ProcessManager:ProcessCount is ''; allowed: a whole number.")]
    [InlineData("--ProcessManager:ProcessCount:0=2", "ProcessManager:ProcessCount:0 is '2', but ProcessManager:ProcessCount is one value, not a list or a section.")]
    [InlineData("--ProcessManager=2", "ProcessManager is '2'; allowed: a section with options of its own, such as ProcessManager:ProcessCount.")]
    [InlineData("--ProcManager:ProcessCount=2", "ProcManager:ProcessCount is not read; the options stand in the section ProcessManager: write ProcessManager:ProcessCount.")]
    [InlineData("--ProcessManager:Colour=red", "ProcessManager:Colour is 'red', which is not an option; allowed in ProcessManager: CanaryTime, ")]
    [InlineData("--ProcessManager:DieTimeout=30 seconds", "ProcessManager:DieTimeout is '30 seconds'; allowed: a time with its unit")]
    [InlineData("--ProcessManager:DieTimeout=2d", "ProcessManager:DieTimeout is 2d; allowed: 10ms to 1d, or off (null) to wait without end.")]
    [InlineData("--ProcessManager:StartTimeout=1ms", "ProcessManager:StartTimeout is 1ms; allowed: 10ms to 1d")]
    [InlineData("--ProcessManager:StartDelay=2h", "ProcessManager:StartDelay is 2h; allowed: 0s to 1h.")]
    [InlineData("--ProcessManager:MaxLifetime=100ms", "ProcessManager:MaxLifetime is 100ms; allowed: 1s to 365d, or off (null) for no limit.")]
    [InlineData("--ProcessManager:RequestTimeout=50ms", "ProcessManager:RequestTimeout is 50ms; allowed: off (zero) for no limit, or 100ms to 1d.")]
    [InlineData("--ProcessManager:MaxMemory=200megs", "ProcessManager:MaxMemory is '200megs'; allowed: a number of bytes, such as 200MiB, 1.5GB or 209715200, or off.")]
    [InlineData("--ProcessManager:MaxMemory=1.5", "ProcessManager:MaxMemory is '1.5'; allowed: a number of bytes")]
    [InlineData("--ProcessManager:MaxMemory=-1", "ProcessManager:MaxMemory is '-1'; allowed: a number of bytes")]
    [InlineData("--ProcessManager:MaxMemory=1KiB", "ProcessManager:MaxMemory is 1024; allowed: off (0) for no limit, or ")]
    [InlineData("--ProcessManager:HeapLimitPercent=150", "ProcessManager:HeapLimitPercent is 150; allowed: 0 while MaxMemory is 0")]
    [InlineData("--ProcessManager:MaxRequests=1k", "ProcessManager:MaxRequests is '1k'; allowed: a whole number.")]
    [InlineData("--ProcessManager:NoSignals=maybe", "ProcessManager:NoSignals is 'maybe'; allowed: true or false.")]
    [InlineData("--ProcessManager:ReloadStrategy=Gently", "ProcessManager:ReloadStrategy is 'Gently'; allowed: Rolling, AllAtOnce.")]
    [InlineData("--ProcessManager:ReloadStrategy=1", "ProcessManager:ReloadStrategy is '1'; allowed: Rolling, AllAtOnce.")]
    [InlineData("--ProcessManager:Sizing=Elastic", "ProcessManager:Sizing is 'Elastic'; allowed: Static, Dynamic, OnDemand, PerRequest.")]
    [InlineData("--ProcessManager:MemoryMeasure=RSS", "ProcessManager:MemoryMeasure is 'RSS'; allowed: Private, Resident, Proportional, Virtual.")]
    [InlineData("--ProcessManager:WatchdogLadder=Log, Kill, Keep", "ProcessManager:WatchdogLadder is Log, Kill, Keep; allowed: any of Log")]
    [InlineData("--ProcessManager:WatchdogLadder=Log", "ProcessManager:WatchdogLadder is Log; allowed: any of Log")]
    [InlineData("--ProcessManager:StandbyCount=3000", "ProcessManager:StandbyCount is 3000; allowed: 0 to 2048, or null.")]
    [InlineData("--ProcessManager:CrashLimit=0", "ProcessManager:CrashLimit is 0; allowed: 1 to 1000000.")]
    [InlineData("--ProcessManager:KeepLimit=101", "ProcessManager:KeepLimit is 101; allowed: 1 to 100.")]
    [InlineData("--ProcessManager:CaptureTimeout=11m", "ProcessManager:CaptureTimeout is 11m; allowed: 100ms to 10m.")]
#endif
    [InlineData("--ProcessManager:WorkingDirectory=/no/such/folder", "ProcessManager:WorkingDirectory is /no/such/folder; allowed: a folder that is there")]
    [InlineData("--ProcessManager:WorkingDirectory=/etc/passwd", "ProcessManager:WorkingDirectory is /etc/passwd; allowed: a folder that is there")]
    [InlineData("--ProcessManager:CaptureFolder=/no/such/folder", "ProcessManager:CaptureFolder is /no/such/folder; allowed: ")]
    [InlineData("--socket=/no/such/folder/app.sock", "/no/such/folder/app.sock")]
    [InlineData("--socket=/etc/passwd/app.sock", "/etc/passwd/app.sock")]
    [InlineData("--descriptor=77", "Listener 'http': descriptor 77 is not a listening socket")]
    [InlineData("--extra-listeners=a b", "The listener's name 'a b' is not allowed; allowed: ")]
    public async Task It_is_one_line_and_exit_code_78(string argument, string message) => await Refused([argument], message);

    [Theory]
    [InlineData("ProcessManager:MaxSpare is 4; allowed: 5 (MinSpare) and more.", "Sizing=Dynamic", "MaxCount=20", "MinSpare=5", "MaxSpare=4")]
    [InlineData("ProcessManager:WatchdogInterval is 2s; allowed: at most 1s, a tenth of the shortest timeout (10s)", "RequestTimeout=10s", "WatchdogInterval=2s")]
    [InlineData("ProcessManager:LongRequestTimeout is 5s; allowed: off (zero), or 10s (RequestTimeout) and more.", "RequestTimeout=10s", "LongRequestTimeout=5s")]
    [InlineData("ProcessManager:StandbyCount is 3; allowed: 0 to 2, the most workers that there may be (ProcessCount).", "ProcessCount=2", "StandbyCount=3")]
    [InlineData("2 options are wrong. ProcessManager:DieTimeout is 'soon'; allowed: a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss, or off. ProcessManager:ProcessCount is -1; allowed: 0 to 2048.", "ProcessCount=-1", "DieTimeout=soon")]
    public async Task So_are_several_that_do_not_fit_or_are_wrong_together(string message, params string[] options) =>
        await Refused([.. options.Select(static o => $"--ProcessManager:{o}")], message);

    [Theory]
    [InlineData(108)]
    [InlineData(300)]
    public async Task A_socket_path_that_is_too_long_is_told_with_what_is_allowed(int bytes)
    {
        using var folder = new TempFolder();
        string path = folder.File(new string('x', bytes - folder.Path.Length - 1));
        await Refused([$"--socket={path}"], $"A socket's path is '{path}', which has {bytes} bytes; allowed for the path of a socket: 1 to 107.");
    }

    [Fact]
    public async Task A_held_pid_file_is_exit_code_1_for_a_later_start_may_succeed()
    {
        using var folder = new TempFolder();
        string file = folder.File("app.pid");
        await using Managed holder = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}");
        await Refused(["--ProcessManager:ProcessCount=1", $"--ProcessManager:PidFile={file}"], $"The pid file '{file}' is held by a running manager (pid {holder.Pid})", code: 1);
    }

    [Theory]
    [InlineData("unix")]
    [InlineData("tcp")]
    public async Task So_is_an_address_in_use(string kind)
    {
        using var folder = new TempFolder();
        await using Managed holder = await Managed.Start(output, "--ProcessManager:ProcessCount=1", kind == "unix" ? $"--socket={folder.File("app.sock")}" : "--port=0");
        string address = kind == "unix" ? $"--socket={folder.File("app.sock")}" : $"--port={((System.Net.IPEndPoint)holder.Client.EndPoint).Port}";
        await Refused(["--ProcessManager:ProcessCount=1", address], kind == "unix" ? $"another program (pid {holder.Pid}) listens" : $"the manager with pid {holder.Pid} listens there", code: 1);
    }

    [Fact]
    public async Task A_pid_file_in_a_folder_that_is_not_there_is_a_warning_that_names_the_option()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:PidFile=/no/such/folder/app.pid");
        await managed.Log.Find(@"the pid file cannot be written; going on without one: open\(/no/such/folder/app.pid\) failed: .* See that the folder of the option PidFile is there");
    }

    private async Task Refused(string[] arguments, string message, int code = 78)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = arguments });
        (await managed.Exit()).Should().Be(code);
        string[] lines = [.. managed.Log.Lines.Where(static l => !l.StartsWith("listening", StringComparison.Ordinal))];
        lines.Should().ContainSingle().Which.Should().StartWith("ProcManager.TestWorker: ").And.Contain(message).And.NotContain("(pid " + managed.StartedPid);
    }
}
