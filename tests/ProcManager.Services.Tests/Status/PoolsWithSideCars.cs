using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.Status;

/// <summary>The manager of a pool keeps a side-car: a real redis, with the sample.</summary>
[Trait("Row", "E7")]
public sealed class PoolsWithSideCars : IDisposable
{
    private readonly TempFolder _files = new();
    private readonly Process _pool;

    public PoolsWithSideCars() => _pool = Process.Start(new ProcessStartInfo(
        Repository.SideCars,
        ["--port=0", $"--keeper={_files.File("keeper")}", $"--cache={_files.File("cache.sock")}", "--ProcessManager:ProcessCount=1", "--ProcessManager:ControlSocket=off", $"--ProcessManager:LogFile={_files.File("log")}", $"--ProcessManager:Status:EndPoint=unix:{_files.File("s.sock")}"])
    { WorkingDirectory = _files.File("") })!;

    [Fact]
    public async Task It_is_kept_from_the_first_worker_to_the_last_also_by_the_next_program()
    {
        int cache = await SideCar(static _ => true);
        KeeperHost.Signal(cache, "KILL");
        int second = await SideCar(pid => pid != cache);

        // The next program of the same process keeps it, and knows how it ends.
        KeeperHost.Signal(_pool.Id, "USR2");
        await Says("managing goes on after a restart in place");
        await Says("of an earlier keeper still runs and is kept on");
        KeeperHost.Runs(second).Should().BeTrue();
        (await SideCar(static _ => true)).Should().Be(second);
        KeeperHost.Signal(second, "KILL");
        int third = await SideCar(pid => pid != second);
        Children().Should().Contain(third).And.NotContain(second, "it was reaped");

        KeeperHost.Signal(_pool.Id, "TERM");
        await _pool.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        _pool.ExitCode.Should().Be(0);
        KeeperHost.Runs(third).Should().BeFalse();
    }

    public void Dispose()
    {
        if (!_pool.HasExited)
        {
            _pool.Kill(entireProcessTree: true);
            _pool.WaitForExit();
        }

        _pool.Dispose();
        _files.Dispose();
    }

    /// <summary>Of all threads: each has the children that it has started.</summary>
    private IEnumerable<int> Children() => Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_pool.Id}/task"))
        .SelectMany(static t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static c => int.Parse(c, CultureInfo.InvariantCulture));

    private Task Says(string part) => Until.True(() => _files.Read("log").Contains(part, StringComparison.Ordinal), () => $"the line '{part}' in:\n{_files.Read("log")}");

    /// <summary>The pid of the side-car that is up and fits, as the pool's status page has it.</summary>
    private async Task<int> SideCar(Func<int, bool> fits)
    {
        int pid = 0;
        await Until.True(() => (pid = Pid()) != 0 && fits(pid), () => $"a side-car that is up in:\n{_files.Read("log")}");
        return pid;
    }

    private int Pid()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
            socket.Connect(new UnixDomainSocketEndPoint(_files.File("s.sock")));
            socket.Send("GET /status.json HTTP/1.0\r\nHost: localhost\r\n\r\n"u8);
            using var reader = new StreamReader(new NetworkStream(socket));
            string answer = reader.ReadToEnd();
            using JsonDocument json = JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
            JsonElement service = json.RootElement.GetProperty("services")[0];
            return service.GetProperty("state").GetString() == "Up" ? service.GetProperty("pid").GetInt32() : 0;
        }
        catch (Exception e) when (e is SocketException or IOException or JsonException or ArgumentOutOfRangeException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return 0; // the page is not there yet
        }
    }
}
