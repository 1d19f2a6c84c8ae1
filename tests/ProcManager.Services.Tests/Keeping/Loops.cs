using System.Diagnostics;
using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>The keeper's loop and the processes that it watches, when something fails.</summary>
[Trait("Row", "E2")]
public sealed class Loops
{
    [Fact]
    public async Task A_wake_that_fails_is_made_again_though_nothing_happens()
    {
        var failures = new List<Exception>();
        using var loop = new KeeperLoop(failures.Add);
        int wakes = 0;
        await Task.Run(() => loop.Run(() => ++wakes == 1 ? throw new IOException("no") : (TimeSpan?)null, () => wakes == 2)).WaitAsync(TimeSpan.FromSeconds(60));
        failures.Should().ContainSingle().Which.Message.Should().Be("no");
    }

    [Fact]
    public async Task A_process_is_not_taken_for_gone_when_the_kernel_has_no_descriptor_and_gets_its_signal_later()
    {
        using var loop = new KeeperLoop(static e => throw e);
        using Process sleep = Process.Start("sleep", "1000");
        int asked = 0;
        bool hasEnded = false;
        int Open(int pid, out bool isGone)
        {
            isGone = false;
            return ++asked == 1 ? -1 : Children.OpenPidFd(pid, out isGone);
        }

        var watched = WatchedProcess.OfOther(loop, new SeenProcess(sleep.Id, ProcFs.StartTime(sleep.Id)), _ => hasEnded = true, Open);
        watched.Should().NotBeNull();
        watched!.Signal(Signals.TERM);
        await Task.Run(() => loop.Run(static () => null, () => hasEnded)).WaitAsync(TimeSpan.FromSeconds(60));
        await sleep.WaitForExitAsync();
        asked.Should().Be(2);
        WatchedProcess.OfOther(loop, new SeenProcess(sleep.Id, 1), static _ => { }, Open).Should().BeNull("no process has the number, or another one has it");
    }
}
