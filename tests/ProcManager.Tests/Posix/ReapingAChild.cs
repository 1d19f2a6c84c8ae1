using System.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class ReapingAChild
{
    [Fact]
    public void True_exits_with_0() => Child.End(Child.Spawn("/bin/true", [])).Should().BeEquivalentTo(new { ExitCode = 0, Signal = (int?)null, CoreDumped = false });

    [Fact]
    public void False_exits_with_1() => Child.End(Child.Spawn("/bin/false", [])).ExitCode.Should().Be(1);

    [Fact]
    public void An_exit_code_of_137_is_told_from_a_kill()
    {
        Child.End(Child.Shell("exit 137")).Should().BeEquivalentTo(new { ExitCode = 137, Signal = (int?)null });
        Child.End(Child.Shell("kill -9 $$")).Should().BeEquivalentTo(new { ExitCode = (int?)null, Signal = 9 });
    }

    [Fact]
    public void Memory_and_processor_time_are_those_of_the_child()
    {
        ChildEnd end = Child.End(Child.Shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"));

        end.PeakMemory.Should().BeInRange(100 << 10, 1 << 30);
        (end.UserTime + end.SystemTime).Should().BePositive().And.BeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void One_that_runs_is_not_reaped()
    {
        int pid = Child.Spawn("/bin/sleep", ["1000"]);
        int fd = Children.OpenPidFd(pid);

        Children.TryReap(pid).Should().BeNull();

        Children.Signal(pid, fd, Signals.TERM).Should().BeTrue();
        Child.End(pid).Signal.Should().Be(Signals.TERM);
        Children.Signal(pid, fd, Signals.TERM).Should().BeFalse("it has been reaped");
        Descriptors.Close(fd);
    }

    [Fact]
    public void Where_there_is_no_pidfd_the_pid_is_signalled()
    {
        int pid = Child.Spawn("/bin/sleep", ["1000"]);

        Children.Signal(pid, -1, Signals.KILL).Should().BeTrue();

        Child.End(pid).Signal.Should().Be(Signals.KILL);
    }

    [Fact]
    public void What_it_started_is_killed_with_it()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        int pid = Child.Shell("sleep 1000 & sleep 1000", [theirs]);
        Descriptors.Close(theirs);

        Children.KillGroup(pid);

        Child.End(pid).Signal.Should().Be(Signals.KILL);
        Descriptors.Read(ours, new byte[1]).Should().Be(0, "the last one that held the other end is gone");
        Descriptors.Close(ours);
    }

    [Fact]
    public void An_end_that_somebody_else_took_is_unknown()
    {
        int pid = Child.Spawn("/bin/true", []);
        _ = Child.End(pid);

        Children.TryReap(pid).Should().Be(ChildEnd.Unknown);
    }

    [Fact]
    public async Task A_child_of_the_host_keeps_its_exit_code()
    {
        using Process hosts = Process.Start("/bin/sh", ["-c", "exit 7"]);
        for (int i = 0; i < 10; i++)
        {
            Child.End(Child.Spawn("/bin/true", [])).ExitCode.Should().Be(0);
        }

        await hosts.WaitForExitAsync();

        hosts.ExitCode.Should().Be(7);
    }
}
