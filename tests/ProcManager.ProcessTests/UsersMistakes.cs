using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A user's mistake is one line that names the setting, its value and what is allowed, and exit code 78. What may pass is exit code 1.</summary>
[Trait("Row", "A1.10")]
public class UsersMistakes(ITestOutputHelper output)
{
    [Theory]
    [InlineData("--ProcessManager:ProcessCount=-1", "ProcessManager:ProcessCount is -1; allowed: 0 to 2048.")]
    [InlineData("--ProcessManager:ProcesCount=1", "ProcessManager:ProcesCount is not an option. Options: ")]
    [InlineData("--ProcessManager:ProcessCount=many", "'many' at 'ProcessManager:ProcessCount'")]
    [InlineData("--ProcessManager:WorkingDirectory=/no/such/folder", "ProcessManager:WorkingDirectory is /no/such/folder; allowed: a folder that is there")]
    [InlineData("--ProcessManager:WorkingDirectory=/etc/passwd", "ProcessManager:WorkingDirectory is /etc/passwd; allowed: a folder that is there")]
    [InlineData("--ProcessManager:CaptureFolder=/no/such/folder", "ProcessManager:CaptureFolder is /no/such/folder; allowed: ")]
    [InlineData("--socket=/no/such/folder/app.sock", "/no/such/folder/app.sock")]
    [InlineData("--socket=/etc/passwd/app.sock", "/etc/passwd/app.sock")]
    [InlineData("--descriptor=77", "Listener 'http': descriptor 77 is not a listening socket")]
    [InlineData("--extra-listeners=a b", "The listener's name 'a b' is not allowed; allowed: ")]
    public async Task It_is_one_line_and_exit_code_78(string argument, string message) => await Refused([argument], message);

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
        lines.Should().ContainSingle().Which.Should().StartWith($"procmanager: manager (pid {managed.StartedPid}): ").And.Contain(message);
    }
}
