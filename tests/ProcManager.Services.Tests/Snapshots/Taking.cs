using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Tests.Snapshots;

[Trait("Row", "E3")]
public sealed class Taking : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 11, 28, 0, 11, 22, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly LogOfAKeeper _log = new();
    private readonly ServiceSnapshotOptions _options = new() { Timeout = TimeSpan.FromSeconds(60) };

    private string Root => _folder.File("snapshots");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Facts_of_the_machine_the_process_the_port_and_the_log_are_taken()
    {
        using var process = new TestProcess("sleep", "100.25");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var service = new ServiceDefinition { Name = "redis", Checks = { new TcpCheck { Port = port } }, SnapshotCommands = { ServiceCommand.Shell("echo $PROCMANAGER_SERVICE $PROCMANAGER_PID; exit 3") } };
        string log = _folder.Write("redis.log", string.Concat(Enumerable.Range(0, 10_000).Select(static i => $"line {i}\n")));

        string? taken = await Take(new(service, "port refuses\nconnections", At, new SeenProcess(process.Pid, ProcFs.StartTime(process.Pid)), log));

        taken.Should().Be($"{Root}/redis/20261128T001122Z");
        _log.Lines.Should().BeEmpty();
        string summary = Read(taken!, "summary.txt");
        summary.Should().Contain("service:   redis\n").And.Contain("reason:    port refuses\\u000Aconnections\n").And.Contain("seen at:   2026-11-28T00:11:22Z\n")
            .And.Contain($"host:      {Environment.MachineName}").And.Contain("load:      ").And.Contain("MemAvailable:").And.MatchRegex(@"disks:\n(.*: .* MiB free of .* MiB\n)+");
        if (File.Exists("/proc/pressure/memory"))
        {
            summary.Should().Contain("pressure of memory").And.Contain("some avg10=");
        }

        Read(taken!, "process.txt").Should().Contain("Max open files").And.Contain("VmRSS").And.MatchRegex(@"open files:\n0 pipe:");
        Read(taken!, "sockets.txt").Should().Contain($"port {port}: 1 LISTEN\n").And.Contain($"port {port} is held by pid {Environment.ProcessId}, ");
        Read(taken!, "kernel.txt").Should().Contain("oom_kill ").And.Contain("messages about kills");
        Read(taken!, "users.txt").Should().NotBeEmpty();
        Read(taken!, "command-1.txt").Should().Be($"$ /bin/sh -c echo $PROCMANAGER_SERVICE $PROCMANAGER_PID; exit 3\nredis {process.Pid}\n(/bin/sh exited with 3)\n");
        string tail = Read(taken!, "log.txt");
        tail.Should().StartWith("line ").And.EndWith("line 9999\n");
        tail.Length.Should().BeInRange(60_000, 64 * 1024);
        string[] processes = Read(taken!, "processes.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        processes.Should().ContainSingle(l => l.TrimStart().StartsWith(process.Pid.ToString(CultureInfo.InvariantCulture) + " ", StringComparison.Ordinal)).Which.Should().EndWith("sleep 100.25");
        Memory(processes).Should().BeInDescendingOrder();
    }

    [Fact]
    public async Task Two_in_one_second_have_two_folders_and_all_is_for_the_owner_only()
    {
        string first = (await Take(Request("a")))!;
        string second = (await Take(Request("a")))!;
        second.Should().Be(first + "-2");
        foreach (string folder in new[] { Root, Root + "/a", first, second })
        {
            File.GetUnixFileMode(folder).Should().Be((UnixFileMode)0b111_000_000);
        }

        Directory.GetFiles(first).Should().NotBeEmpty().And.OnlyContain(static f => File.GetUnixFileMode(f) == (UnixFileMode)0b110_000_000);
    }

    [Fact]
    public async Task A_command_that_hangs_ends_with_the_timeout_and_what_it_said_is_kept()
    {
        _options.Timeout = TimeSpan.FromSeconds(3);
        ServiceDefinition service = new() { Name = "a", SnapshotCommands = { ServiceCommand.Shell("echo said; sleep 1000 & wait"), new ServiceCommand("true") } };
        string folder = (await Take(new(service, "", At, null, null)))!;
        Read(folder, "command-1.txt").Should().Contain("\nsaid\n(/bin/sh did not end within ");
        File.Exists(folder + "/command-2.txt").Should().BeFalse();
        _log.Lines.Should().ContainSingle().Which.Should().StartWith($"service a: the snapshot {folder} is incomplete: '/bin/sh -c echo said; sleep 1000 & wait' did not end within ");
    }

    [Fact]
    public async Task The_output_of_a_command_is_limited()
    {
        ServiceDefinition service = new() { Name = "a", SnapshotCommands = { ServiceCommand.Shell("head -c 3000000 /dev/zero | tr '\\0' x") } };
        string folder = (await Take(new(service, "", At, null, null)))!;
        new FileInfo(folder + "/command-1.txt").Length.Should().BeLessThan(1_100_000);
        Read(folder, "command-1.txt").Should().EndWith("(1951424 more bytes are left out)\n(/bin/sh exited with 0)\n");
    }

    [Fact]
    public async Task A_disk_that_hangs_is_abandoned_once_and_the_next_snapshot_does_not_wait_for_it_with_a_thread()
    {
        // The log is read in a part; a FIFO or a device would not hang it. So the work itself plays the disk.
        using var thread = new SnapshotThread();
        using var answer = new ManualResetEventSlim();
        TimeSpan now = Runtime.Monotonic.Now;
        (await thread.RunAsync(answer.Wait, now + TimeSpan.FromMilliseconds(100), default)).Should().Be(SnapshotWork.Abandoned);
        (await thread.RunAsync(static () => throw new InvalidOperationException(), now + TimeSpan.FromMilliseconds(200), default)).Should().Be(SnapshotWork.NotBegun);
        answer.Set();
        (await thread.RunAsync(static () => { }, Runtime.Monotonic.Now + TimeSpan.FromSeconds(30), default)).Should().Be(SnapshotWork.Done);
    }

    [Fact]
    public async Task None_is_taken_when_they_are_off()
    {
        _options.Enabled = false;
        (await Take(Request("a"))).Should().BeNull();
        Directory.Exists(Root).Should().BeFalse();
    }

    [Fact]
    public async Task A_folder_that_others_may_change_is_refused_with_one_line()
    {
        _ = Directory.CreateDirectory(Root + "/a");
        File.SetUnixFileMode(Root + "/a", (UnixFileMode)0b111_111_111);
        (await Take(Request("a"))).Should().BeNull();
        _log.Lines.Should().ContainSingle().Which.Should().StartWith("service a: no snapshot was taken: The folder ").And.Contain("others may change it");
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_services_folder_is_not_followed()
    {
        _ = Directory.CreateDirectory(Root);
        string elsewhere = Directory.CreateDirectory(_folder.File("elsewhere")).FullName;
        _ = Directory.CreateSymbolicLink(Root + "/a", elsewhere);
        (await Take(Request("a"))).Should().BeNull();
        Directory.GetFileSystemEntries(elsewhere).Should().BeEmpty();
        _log.Lines.Should().ContainSingle();
    }

    [FactAsRoot]
    public async Task A_full_disk_gives_none_and_one_line()
    {
        _ = Directory.CreateDirectory(Root);
        TestProcess.Run("mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "none", Root);
        try
        {
            await File.WriteAllBytesAsync(Root + "/full", new byte[4096 * 4]).ContinueWith(static _ => { });
            (await Take(Request("a"))).Should().BeNull();
            _log.Lines.Should().ContainSingle().Which.Should().Contain("No space left on device");
            Directory.Exists(Root + "/a").Should().BeTrue();
            Directory.GetFileSystemEntries(Root + "/a").Should().BeEmpty("a snapshot without its first file is removed");
            TestProcess.Run("mount", "-o", "remount,ro", Root);
            (await Take(Request("b"))).Should().BeNull();
            _log.Lines.Should().HaveCount(2);
            _log.Lines.Last().Should().Contain("Read-only file system");
        }
        finally
        {
            TestProcess.Run("umount", Root);
        }
    }

    private static IEnumerable<double> Memory(string[] lines) => lines.Skip(1).Select(static l => double.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture));

    private static string Read(string folder, string file) => File.ReadAllText(Path.Combine(folder, file));

    private static SnapshotRequest Request(string name) => new(new ServiceDefinition { Name = name }, "gone", At, null, null);

    private async Task<string?> Take(SnapshotRequest request)
    {
        using var taker = new SnapshotTaker(_options, Root, _log);
        return await taker.TakeAsync(request, CancellationToken.None);
    }
}
