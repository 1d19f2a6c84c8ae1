using ProcManager.Runtime;
using ProcManager.Tests.Posix;

namespace ProcManager.Tests.Runtime;

public class SideChildren
{
    [Fact]
    public void What_a_callback_throws_is_told_and_goes_no_further()
    {
        var failures = new List<Exception>();
        var side = new SideProcesses { Failed = failures.Add };
        int pid = Child.Spawn("/bin/true", []);
        side.Watch(pid, reaps: true, static _ => throw new IOException("no folder for temporary files")).Should().BeTrue();
        int descriptor = side.All.Single().PidFd;

        Until(() =>
        {
            side.Look(descriptor);
            return side.All.Count == 0;
        });

        failures.Should().ContainSingle().Which.Message.Should().Be("no folder for temporary files");
    }

    private static void Until(Func<bool> condition)
    {
        long end = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Environment.TickCount64.Should().BeLessThan(end);
            Thread.Sleep(5);
        }
    }
}
