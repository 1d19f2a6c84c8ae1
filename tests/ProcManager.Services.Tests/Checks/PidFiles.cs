using System.Globalization;
using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public sealed class PidFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}\n")]
    [InlineData("  {0} \r\nsecond line\n")]
    public async Task A_running_process_passes_and_is_given_with_its_start_time(string content)
    {
        using var process = new TestProcess("sleep", "100");
        CheckResult result = await Check(string.Format(CultureInfo.InvariantCulture, content, process.Pid));
        result.Should().Be(new CheckResult(true, $"pid {process.Pid} of {_folder.File("x.pid")} runs", new SeenProcess(process.Pid, ProcFs.StartTime(process.Pid))));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "does not begin with the id of a process")]
    [InlineData("redis", "does not begin with the id of a process")]
    [InlineData("12 34", "does not begin with the id of a process")]
    [InlineData("-5", "does not begin with the id of a process")]
    [InlineData("0", "does not begin with the id of a process")]
    [InlineData("1", "names pid 1, the first process")]
    [InlineData("2147483648", "does not begin with the id of a process")]
    [InlineData("99999999999999999999999999", "does not begin with the id of a process")]
    [InlineData("4194305", "names pid 4194305, which does not run")]
    public async Task What_names_no_process_fails(string content, string detail) => Failed(await Check(content), detail);

    [Fact]
    public async Task A_huge_file_is_not_read_to_its_end()
    {
        using (FileStream file = File.Create(_folder.File("x.pid")))
        {
            file.SetLength(1L << 40);
        }

        Failed(await Check(null), "does not begin with the id of a process");
    }

    [Fact]
    public async Task A_fifo_a_folder_a_socket_and_no_file_fail_at_once()
    {
        Failed(await Check(null), "is not there");
        TestProcess.Run("mkfifo", _folder.File("x.pid"));
        Failed(await Check(null), "is not a regular file");
        File.Delete(_folder.File("x.pid"));
        _ = Directory.CreateDirectory(_folder.File("x.pid"));
        Failed(await Check(null), "is not a regular file");
        Directory.Delete(_folder.File("x.pid"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.File("x.pid")));
        Failed(await Check(null), "is not a regular file");
    }

    [Fact]
    public async Task Of_a_link_to_a_secret_nothing_is_told()
    {
        _ = File.CreateSymbolicLink(_folder.File("x.pid"), _folder.Write("secret", "hunter2"));
        CheckResult result = await Check(null);
        Failed(result, "does not begin with the id of a process");
        result.Detail.Should().NotContain("hunter2");
    }

    [Fact]
    public async Task A_link_to_a_loop_fails()
    {
        _ = File.CreateSymbolicLink(_folder.File("x.pid"), _folder.File("x.pid"));
        Failed(await Check(null), "leads through links to nothing");
    }

    [Fact]
    public async Task A_zombie_does_not_run()
    {
        using var parent = new TestProcess("perl", "-e", "$|=1; my $p = fork // die; exit 0 if !$p; print qq{$p\n}; sleep 100");
        int zombie = int.Parse((await parent.Line())!, CultureInfo.InvariantCulture);
        await Until.True(() => ProcFs.Process(zombie) is { State: 'Z' }, "a zombie");
        Failed(await Check(zombie.ToString(CultureInfo.InvariantCulture)), "zombie");
    }

    [Fact]
    public async Task A_thread_is_not_a_process()
    {
        int thread = 0;
        using var ready = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            thread = int.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget!), CultureInfo.InvariantCulture);
            ready.Set();
            end.Wait();
        });
        other.Start();
        ready.Wait();
        Failed(await Check(thread.ToString(CultureInfo.InvariantCulture)), $"is not a process but a thread of pid {Environment.ProcessId}");
        end.Set();
        other.Join();
    }

    [Fact]
    public async Task The_keeper_itself_is_no_service() => Failed(await Check(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), "is the keeper itself");

    [Fact]
    public async Task A_part_of_the_kernel_is_no_service()
    {
        if (ProcFs.Process(2) is { IsKernelThread: true }) // in a container there is none
        {
            Failed(await Check("2"), "is a part of the kernel (kthreadd)");
        }
    }

    [Fact]
    public async Task A_living_process_of_another_program_fails()
    {
        string mine = _folder.Program("mine/tool");
        using var other = new TestProcess(_folder.Program("other/tool"), "100");
        CheckResult result = await Check(other.Pid.ToString(CultureInfo.InvariantCulture), mine);
        Failed(result, $"the pid file {_folder.File("x.pid")} names pid {other.Pid}, which runs {_folder.File("other/tool")}, not {mine}");
        (await Check(null, _folder.File("other/tool"))).Passed.Should().BeTrue();
    }

    [FactAsRoot]
    public async Task A_process_that_the_files_owner_may_not_own_is_not_given_to_be_killed()
    {
        using var process = new TestProcess("sleep", "100");
        _ = _folder.Write("x.pid", process.Pid.ToString(CultureInfo.InvariantCulture));
        TestProcess.Run("chown", "nobody", _folder.File("x.pid"));
        CheckResult result = await Check(null);
        result.Passed.Should().BeTrue();
        result.Process.Should().BeNull();
        result.Detail.Should().Contain("not taken for certain");
    }

    [Fact]
    public async Task A_process_from_a_file_that_all_may_write_is_not_given_to_be_killed()
    {
        using var process = new TestProcess("sleep", "100");
        _ = _folder.Write("x.pid", process.Pid.ToString(CultureInfo.InvariantCulture));
        File.SetUnixFileMode(_folder.File("x.pid"), (UnixFileMode)0b110_110_110);
        (await Check(null)).Process.Should().BeNull();
    }

    [FactAsRoot]
    public async Task A_process_of_a_file_that_another_user_may_replace_is_not_given_to_be_killed()
    {
        using var process = new TestProcess("sleep", "100");
        string trusted = _folder.Write("root.pid", process.Pid.ToString(CultureInfo.InvariantCulture));
        _ = Directory.CreateDirectory(_folder.File("run"));
        _ = File.CreateSymbolicLink(_folder.File("run/x.pid"), trusted);
        (await CheckAt("run/x.pid")).Process!.Value.Pid.Should().Be(process.Pid, "root has made the link");
        TestProcess.Run("chown", "-h", "nobody", _folder.File("run/x.pid"));
        NotGiven(await CheckAt("run/x.pid"));
        TestProcess.Run("chown", "-h", "root", _folder.File("run/x.pid"));
        TestProcess.Run("chown", "nobody", _folder.File("run"));
        NotGiven(await CheckAt("run/x.pid"));
        _ = File.CreateSymbolicLink(_folder.File("linked"), _folder.Path);
        TestProcess.Run("chown", "-h", "nobody", _folder.File("linked"));
        NotGiven(await CheckAt("linked/root.pid"));
        (await CheckAt("root.pid")).Process!.Value.Pid.Should().Be(process.Pid);
    }

    [Fact]
    public async Task A_process_of_a_file_in_a_folder_that_all_may_write_is_not_given_to_be_killed()
    {
        using var process = new TestProcess("sleep", "100");
        _ = Directory.CreateDirectory(_folder.File("run"));
        _ = _folder.Write("run/x.pid", process.Pid.ToString(CultureInfo.InvariantCulture));
        (await CheckAt("run/x.pid")).Process!.Value.Pid.Should().Be(process.Pid);
        File.SetUnixFileMode(_folder.File("run"), (UnixFileMode)0b111_111_111);
        NotGiven(await CheckAt("run/x.pid"));
        File.SetUnixFileMode(_folder.File("run"), UnixFileMode.StickyBit | (UnixFileMode)0b111_111_111);
        (await CheckAt("run/x.pid")).Process!.Value.Pid.Should().Be(process.Pid, "in such a folder only the owner may replace it");
    }

    [Fact]
    public async Task A_process_that_has_begun_after_the_file_was_written_is_up_and_not_given_to_be_killed()
    {
        using var process = new TestProcess("sleep", "100");
        _ = _folder.Write("x.pid", process.Pid.ToString(CultureInfo.InvariantCulture));
        File.SetLastWriteTimeUtc(_folder.File("x.pid"), DateTime.UtcNow - TimeSpan.FromHours(1));
        NotGiven(await Check(null), "it has begun after the pid file was written");
        File.SetLastWriteTimeUtc(_folder.File("x.pid"), DateTime.UtcNow - TimeSpan.FromSeconds(10));
        (await Check(null)).Process!.Value.Pid.Should().Be(process.Pid, "a clock may have been corrected");
    }

    private static void NotGiven(CheckResult result, string why = "another user than that of the process may write or replace the pid file")
    {
        result.Passed.Should().BeTrue();
        result.Process.Should().BeNull();
        result.Detail.Should().Contain(why);
    }

    private ValueTask<CheckResult> CheckAt(string name) => Probes.Of(new PidFileCheck { Path = _folder.File(name) }).CheckAsync(CancellationToken.None);

    private static void Failed(CheckResult result, string detail)
    {
        result.Passed.Should().BeFalse();
        result.Process.Should().BeNull();
        result.Detail.Should().Contain(detail).And.StartWith("the pid file ");
    }

    private ValueTask<CheckResult> Check(string? content, string? executable = null)
    {
        if (content is not null)
        {
            _ = _folder.Write("x.pid", content);
        }

        return Probes.Of(new PidFileCheck { Path = _folder.File("x.pid"), Executable = executable }).CheckAsync(CancellationToken.None);
    }
}
