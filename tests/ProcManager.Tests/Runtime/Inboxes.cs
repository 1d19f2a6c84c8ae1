using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager.Tests.Runtime;

public class Inboxes
{
    /// <summary>One event at a time, each posted when the one before was taken: if a wake-up is lost, nothing else will wake the reader.</summary>
    [Fact]
    public void No_event_is_left_lying_by_a_reader_that_has_gone_to_sleep()
    {
        const int Events = 300_000;
        var inbox = new Inbox();
        int taken = 0;
        int posted = 0;
        var poster = new Thread(() =>
        {
            for (int i = 1; i <= Events; i++)
            {
                Volatile.Write(ref posted, i);
                inbox.Post(new ManagerEvent.Tick());
                SpinWait.SpinUntil(() => Volatile.Read(ref taken) >= i - 1);
            }
        })
        { IsBackground = true };
        poster.Start();
        while (taken < Events)
        {
            Connections.WaitFor(inbox.Descriptor, Constants.POLLIN, 10_000).Should().NotBe(0, "{0} of {1} events that were posted have been taken", taken, posted);
            inbox.Clear();
            while (inbox.TryTake(out _))
            {
                Volatile.Write(ref taken, taken + 1);
            }
        }

        poster.Join();
    }
}
