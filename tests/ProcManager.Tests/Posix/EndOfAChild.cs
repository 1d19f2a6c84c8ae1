using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class EndOfAChild
{
    [Theory]
    [InlineData(0x0000, 0, null, false)]
    [InlineData(0x0300, 3, null, false)]
    [InlineData(0x8900, 137, null, false)] // exit(137) is not SIGKILL
    [InlineData(0xff00, 255, null, false)]
    [InlineData(0x0009, null, 9, false)]
    [InlineData(0x000f, null, 15, false)]
    [InlineData(0x0086, null, 6, true)]
    [InlineData(0x008b, null, 11, true)]
    [InlineData(0x0040, null, 64, false)]
    public void A_wait_status_is_read_exactly(int status, int? exitCode, int? signal, bool core)
    {
        TimeSpan second = TimeSpan.FromSeconds(1);

        ChildEnd.FromStatus(status, second, 2 * second, 4096).Should().Be(new ChildEnd(exitCode, signal, core, second, 2 * second, 4096));
    }

    [Theory]
    [InlineData(3, null, false, "exit code 3")]
    [InlineData(null, 9, false, "SIGKILL")]
    [InlineData(null, 6, true, "SIGABRT, core dumped")]
    [InlineData(null, null, false, "an exit status somebody else took")]
    public void An_end_is_told_in_words(int? exitCode, int? signal, bool core, string words) =>
        new WorkerExit { Slot = 0, ProcessId = 1, Generation = 1, Cause = WorkerExitCause.Unknown, ExitCode = exitCode, Signal = signal, CoreDumped = core }
            .HowItEnded.Should().Be(words);

    [Theory]
    [InlineData(1, "SIGHUP")]
    [InlineData(4, "SIGILL")]
    [InlineData(5, "SIGTRAP")]
    [InlineData(6, "SIGABRT")]
    [InlineData(7, "SIGBUS")]
    [InlineData(8, "SIGFPE")]
    [InlineData(9, "SIGKILL")]
    [InlineData(11, "SIGSEGV")]
    [InlineData(13, "SIGPIPE")]
    [InlineData(14, "SIGALRM")]
    [InlineData(15, "SIGTERM")]
    [InlineData(17, "SIGCHLD")]
    [InlineData(0, "signal 0")]
    [InlineData(-1, "signal -1")]
    [InlineData(16, "signal 16")]
    [InlineData(34, "signal 34")]
    [InlineData(64, "signal 64")]
    public void A_signal_has_the_name_of_its_manual_page(int number, string name) => Signals.Name(number).Should().Be(name);

    [Fact]
    public void Every_signal_is_in_the_table_once_with_words_for_people()
    {
        Signals.Table.Should().OnlyHaveUniqueItems(static row => row.Number).And.OnlyHaveUniqueItems(static row => row.Name);
        Signals.Table.Should().OnlyContain(static row => row.Verb.Length > 0 && row.Manager.Length > 0 && row.Worker.Length > 0);
    }

    [Fact]
    public void A_failed_call_tells_what_it_was_made_on_and_why()
    {
        var e = new PosixException("open(/none)", Errno.ENOENT);

        e.Message.Should().Be("open(/none) failed: No such file or directory (errno 2).");
        e.Should().BeEquivalentTo(new { Call = "open(/none)", Errno = 2, Reason = "No such file or directory" });
    }
}
