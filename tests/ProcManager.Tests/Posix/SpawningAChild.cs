using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class SpawningAChild
{
    [Fact]
    public void Arguments_arrive_unchanged()
    {
        string[] arguments = ["", " ", "two words", "a\"b", "it's", "$HOME", "back\\slash", "*", "-n", "tab\tand ünïcödé 😀", ""];

        string output = Child.Output("tr '\\0' '\\n' < /proc/$$/cmdline", null, arguments);

        output.Split('\n')[5..^1].Should().Equal(arguments);
    }

    [Fact]
    public void It_leads_a_process_group_of_its_own()
    {
        // pid (name) state ppid pgrp
        string[] fields = Child.Output("read -r stat < /proc/$$/stat; echo $$ $stat").Split(' ');

        fields[5].Should().Be(fields[0]);
        fields[4].Should().Be(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("SigIgn")]
    [InlineData("SigBlk")]
    [InlineData("SigCgt")]
    public void No_signal_is_ignored_blocked_or_caught(string mask)
    {
        // Read by a program without handlers: a shell catches some itself.
        string status = Child.Output("exec cat /proc/self/status");

        status.Split('\n').Single(line => line.StartsWith(mask, StringComparison.Ordinal)).Should().EndWith("0000000000000000");
    }

    [Fact]
    public void Standard_input_is_empty() =>
        Child.Output("readlink /proc/$$/fd/0").Should().Be("/dev/null\n");

    [Fact]
    public void Standard_output_and_error_are_inherited() =>
        Child.Output("readlink /proc/$$/fd/2").TrimEnd().Should().Be(new FileInfo("/proc/self/fd/2").LinkTarget);

    [Fact]
    public void The_environment_is_the_one_given() =>
        Child.Output("exec env").Split('\n').Where(static line => line.Length > 0 && !line.StartsWith("PWD=", StringComparison.Ordinal) && !line.StartsWith("_=", StringComparison.Ordinal))
            .Should().BeEquivalentTo(Child.Environment);

    [Fact]
    public void A_missing_program_is_told_with_its_path() =>
        FluentActions.Invoking(static () => Child.Spawn("/none/such", []))
            .Should().Throw<PosixException>().WithMessage("posix_spawn(/none/such) failed: No such file*").Which.Errno.Should().Be(Errno.ENOENT);

    [Fact]
    public void A_file_that_is_no_program_is_told() =>
        FluentActions.Invoking(static () => Child.Spawn("/etc/passwd", [])).Should().Throw<PosixException>().Which.Errno.Should().Be(Errno.EACCES);
}
