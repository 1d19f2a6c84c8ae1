using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ProcManager.Runtime;

namespace ProcManager.Tests.Runtime;

public class ChildSignals
{
    [Fact]
    public async Task A_host_s_own_handler_of_SIGCHLD_is_not_cancelled()
    {
        var heard = new TaskCompletionSource();
        var cancelled = new ConcurrentQueue<bool>();
        using PosixSignalRegistration before = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, c => cancelled.Enqueue(c.Cancel));
        using SignalSource ours = SignalSource.ForChildren(_ => heard.TrySetResult());
        using PosixSignalRegistration after = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, c => cancelled.Enqueue(c.Cancel));
        using Process child = Process.Start("/bin/true");
        await child.WaitForExitAsync();
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30));
        while (cancelled.Count < 2)
        {
            await Task.Yield();
        }

        cancelled.Should().OnlyContain(static c => !c);
    }
}
