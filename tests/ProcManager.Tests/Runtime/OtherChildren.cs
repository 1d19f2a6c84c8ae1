using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Tests.Posix;

namespace ProcManager.Tests.Runtime;

/// <summary>What is watched is a child of ours, and the one that was meant.</summary>
public class OtherChildren
{
    [Fact]
    public void A_strangers_process_is_not_watched_and_not_signalled()
    {
        int grandchild = int.Parse(Child.Output("sleep 1000 >/dev/null & echo $!"), System.Globalization.CultureInfo.InvariantCulture);
        var side = new SideProcesses();

        side.Watch(grandchild, reaps: true, static _ => { }).Should().BeFalse();
        side.Watch(grandchild, reaps: false, static _ => { }).Should().BeFalse();
        side.Signal(grandchild, Signals.KILL);

        Children.Signal(grandchild, -1, 0).Should().BeTrue("it is alive");
        Children.Signal(grandchild, -1, Signals.KILL).Should().BeTrue();
    }

    [Fact]
    public void A_later_child_with_the_same_number_is_not_watched()
    {
        int pid = Child.Spawn("/bin/sleep", ["1000"]);
        var side = new SideProcesses();

        side.Watch(pid, reaps: true, static _ => { }, ProcFs.StartTime(pid) - 1).Should().BeFalse();
        side.Watch(pid, reaps: true, static _ => { }, ProcFs.StartTime(pid)).Should().BeTrue();

        side.Signal(pid, Signals.KILL);
        Child.End(pid).Signal.Should().Be(Signals.KILL);
    }

    [Fact]
    public void One_that_has_ended_and_was_reaped_is_not_watched_and_one_not_reaped_yet_is()
    {
        int pid = Child.Spawn("/bin/true", []);
        int fd = Children.OpenPidFd(pid);
        Child.WaitUntilEnded(fd);
        Descriptors.Close(fd);
        ChildEnd? told = null;
        var side = new SideProcesses();

        Children.IsRunning(pid).Should().BeFalse();
        side.Watch(pid, reaps: true, end => told = end).Should().BeTrue();
        side.Look(side.All.Single().PidFd).Should().BeFalse();

        told!.Value.ExitCode.Should().Be(0);
        Children.IsOurs(pid).Should().BeFalse();
        side.Watch(pid, reaps: true, static _ => { }).Should().BeFalse();
    }
}
