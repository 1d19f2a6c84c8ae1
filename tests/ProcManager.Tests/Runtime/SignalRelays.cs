using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Tests.Runtime;

/// <summary>Pid 1 passes signals on to the manager, its child.</summary>
public class SignalRelays
{
    /// <summary>While an assembly is exchanged for its copy, a thread that ran code of it for the first time could lose what the runtime has found out for it.</summary>
    [Fact]
    public void A_signal_waits_while_the_relay_is_to_be_quiet()
    {
        using var relay = new SignalRelay(NullLogger.Instance);
        var signal = new Thread(() => relay.Pass(Signals.TERM));
        bool waits = false;
        relay.Quietly(() =>
        {
            signal.Start();
            waits = SpinWait.SpinUntil(() => signal.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !signal.IsAlive, TimeSpan.FromSeconds(30)) && signal.IsAlive;
        });

        signal.Join(TimeSpan.FromSeconds(30)).Should().BeTrue();
        waits.Should().BeTrue();
    }

    [Fact]
    public void A_signal_that_comes_while_the_manager_is_being_started_is_kept_for_it_and_before_that_only_a_stop()
    {
        List<string> told = [];
        using var relay = new SignalRelay(new NoticeLogger(n => told.Add(n.Message), static _ => true));
        relay.Pass(Signals.HUP);
        relay.Pass(Signals.TERM);
        relay.Starting();
        relay.Pass(Signals.USR1);
        told.Should().HaveCount(2);
        told[0].Should().StartWith("SIGTERM came before");
        told[1].Should().StartWith("SIGUSR1 came before");
    }
}
