using System.Globalization;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Runtime;

public sealed class PidFiles : IDisposable
{
    private readonly TempFolder _folder = new();

    private static string OwnPid => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void It_holds_the_process_id_and_a_line_end()
    {
        PidFile file = PidFile.Acquire(_folder["app.pid"]);

        File.ReadAllText(_folder["app.pid"]).Should().Be(OwnPid + "\n");
        File.GetUnixFileMode(_folder["app.pid"]).Should().HaveFlag(UnixFileMode.UserWrite).And.NotHaveFlag(UnixFileMode.OtherWrite);
        file.Release();
    }

    [Fact]
    public void A_relative_path_is_meant_from_the_present_directory()
    {
        PidFile file = PidFile.Acquire(Path.GetRelativePath(Environment.CurrentDirectory, _folder["app.pid"]));

        File.Exists(_folder["app.pid"]).Should().BeTrue();
        file.Release();
        File.Exists(_folder["app.pid"]).Should().BeFalse();
    }

    [Fact]
    public void One_held_by_another_is_an_error_with_path_pid_and_remedy()
    {
        PidFile held = PidFile.Acquire(_folder["app.pid"]);

        FluentActions.Invoking(() => PidFile.Acquire(_folder["app.pid"]))
            .Should().ThrowExactly<ProcManagerException>().WithMessage($"*'{_folder["app.pid"]}' is held by a running manager (pid {OwnPid}). Stop that one first*");

        File.ReadAllText(_folder["app.pid"]).Should().Be(OwnPid + "\n", "the one that holds it is not disturbed");
        held.Release();
        PidFile.Acquire(_folder["app.pid"]).Release();
    }

    [Fact]
    public void A_refused_attempt_leaves_no_descriptor_open()
    {
        PidFile held = PidFile.Acquire(_folder["app.pid"]);
        for (int i = 0; i < 3; i++)
        {
            FluentActions.Invoking(() => PidFile.Acquire(_folder["app.pid"])).Should().Throw<ProcManagerException>();
        }

        OpenOn(_folder["app.pid"]).Should().Be(1);
        held.Release();
        OpenOn(_folder["app.pid"]).Should().Be(0);
    }

    [Fact]
    public void A_stale_one_is_replaced_even_when_its_number_lives()
    {
        File.WriteAllText(_folder["app.pid"], "1\nand a long line that somebody else wrote behind it\n");

        PidFile file = PidFile.Acquire(_folder["app.pid"]);

        File.ReadAllText(_folder["app.pid"]).Should().Be(OwnPid + "\n");
        file.Release();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_symbolic_link_is_never_followed(bool dangling)
    {
        if (!dangling)
        {
            File.WriteAllText(_folder["precious"], "data");
        }

        File.CreateSymbolicLink(_folder["app.pid"], _folder["precious"]);

        FluentActions.Invoking(() => PidFile.Acquire(_folder["app.pid"])).Should().Throw<PosixException>().WithMessage("*symbolic link*").Which.Errno.Should().Be(Errno.ELOOP);

        File.Exists(_folder["precious"]).Should().Be(!dangling);
        if (!dangling)
        {
            File.ReadAllText(_folder["precious"]).Should().Be("data");
        }
    }

    [Fact]
    public void A_missing_folder_is_told_with_the_path() =>
        FluentActions.Invoking(() => PidFile.Acquire(_folder["none/app.pid"]))
            .Should().Throw<PosixException>().WithMessage($"*{_folder["none/app.pid"]}*").Which.Errno.Should().Be(Errno.ENOENT);

    [Fact]
    public void A_folder_of_that_name_is_told() =>
        FluentActions.Invoking(() => PidFile.Acquire(_folder.Path)).Should().Throw<PosixException>().Which.Errno.Should().Be(Errno.EISDIR);

    [Fact]
    public void A_place_where_nothing_can_be_written_is_told() =>
        FluentActions.Invoking(static () => PidFile.Acquire("/proc/app.pid")).Should().Throw<PosixException>();

    [Fact]
    public void A_file_that_replaced_ours_is_left_alone()
    {
        PidFile file = PidFile.Acquire(_folder["app.pid"]);
        File.Delete(_folder["app.pid"]);
        File.WriteAllText(_folder["app.pid"], "812\n");

        file.Release();

        File.ReadAllText(_folder["app.pid"]).Should().Be("812\n");
    }

    [Fact]
    public void A_file_that_somebody_removed_is_no_failure()
    {
        PidFile file = PidFile.Acquire(_folder["app.pid"]);
        File.Delete(_folder["app.pid"]);

        file.Invoking(static f => f.Release()).Should().NotThrow();
    }

    [Fact]
    public void Of_many_at_once_one_gets_it()
    {
        for (int round = 0; round < 50; round++)
        {
            PidFile?[] got = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => Try())];
            got.Count(static f => f is not null).Should().Be(1);
            got.Single(static f => f is not null)!.Release();
        }

        PidFile? Try()
        {
            try
            {
                return PidFile.Acquire(_folder["app.pid"]);
            }
            catch (ProcManagerException)
            {
                return null;
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static int OpenOn(string path) =>
        Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget is { } target && target.StartsWith(path, StringComparison.Ordinal));
}
