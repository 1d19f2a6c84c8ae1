using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep</c> as a daemon, and as a service of systemd.</summary>
[Trait("Row", "E5")]
public sealed class KeeperAsADaemon(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Fact]
    public async Task A_detached_start_ends_when_the_keeper_runs_and_tells_when_it_does_not()
    {
        _keep.Define(_keep.Detached("a"));
        string pidFile = _keep.Path("keep"), log = _keep.Path("keep.log");
        try
        {
            (await _keep.Run(_keep.File, "--detach", "--pid-file", pidFile, "--log-file", log, "--log-format", "Json", "--umask", "077")).Should().Be((0, "", $"{_keep.File}:5: hint: services.a.check.pidFile: \"{_keep.Path("a.pid")}\": the number in it may belong to another program after a crash; add \"executable\", so that the check sees that\n"));
            (await _keep.Ask("status", "--json")).Code.Should().BeOneOf([0, 1], "the keeper answers");
            int pid = int.Parse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture);
            (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(')')[1].Split(' ')[4].Should().Be(pid.ToString(CultureInfo.InvariantCulture), "it leads a session of its own");
            (await File.ReadAllLinesAsync(log))[0].Should().Contain("\"process\":\"keeper\"").And.Contain("keeping 1 service");
            (await File.ReadAllTextAsync($"/proc/{pid}/status")).Should().Contain("Umask:\t0077\n");

            (int code, string said, string error) = await _keep.Run(_keep.File, "--detach");
            (code, said).Should().Be((2, ""));
            error.Should().Contain($"procman: A keeper (pid {pid}) already keeps the services of the folder '{_keep.Folder}'.");
            (await _keep.Run(_keep.File, "--detach", "--folder", _keep.Path("other"), "--pid-file", pidFile)).Code.Should().Be(2, "the pid file is held");
        }
        finally
        {
            await _keep.Ask("stop");
        }

        File.Exists(pidFile).Should().BeFalse();
    }

    [FactAsRoot]
    public async Task A_keeper_becomes_another_user_and_its_folder_is_made_for_it()
    {
        _keep.Define(_keep.Detached("a"));
        File.SetUnixFileMode(Path.GetDirectoryName(_keep.File)!, (UnixFileMode)0b111_111_111);
        string pidFile = _keep.Path("keep");
        TestProcess.Run("chown", "nobody", _keep.File);
        (var keeper, LineLog log) = await _keep.Keeper("--user", "nobody", "--pid-file", pidFile);
        await log.Find("service a: up$");
        log.Lines.Should().NotContain(static l => l.Contains("another user may change this file", StringComparison.Ordinal));
        string status = await File.ReadAllTextAsync($"/proc/{_keep.PidOf("a")}/status");
        string nobody = File.ReadLines("/etc/passwd").Select(static l => l.Split(':')).Single(static u => u[0] == "nobody")[2];
        status.Should().Contain($"Uid:\t{nobody}\t{nobody}\t{nobody}\t{nobody}");
        (await _keep.Ask("status")).Code.Should().Be(0, "root may ask");
        Keep.Signal(keeper.Id, "TERM");
        (await Keep.EndOf(keeper)).Should().Be(0);
    }

    [Fact]
    public async Task Systemd_is_told_when_the_keeper_runs_and_when_it_stops()
    {
        _keep.Define(_keep.Detached("a"));
        string path = _keep.Path("notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        (var keeper, _) = _keep.BeginFor(path, _keep.File);
        (await Message()).Should().Be("READY=1");
        (await _keep.Ask("status", "--json")).Code.Should().BeOneOf([0, 1], "it is ready");
        Keep.Signal(keeper.Id, "TERM");
        (await Message()).Should().Be("STOPPING=1");
        (await Keep.EndOf(keeper)).Should().Be(0);

        async Task<string> Message()
        {
            byte[] message = new byte[1024];
            return Encoding.UTF8.GetString(message, 0, await systemd.ReceiveAsync(message).WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    public void Dispose() => _keep.Dispose();
}
