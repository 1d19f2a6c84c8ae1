using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// TTIN and TTOU have two senders: an operator (<c>kill -TTIN</c>), and the kernel, when a program in the background reads from its terminal or writes to it
/// under <c>stty tostop</c>. .NET does not show which. But the kernel sends again each time the call is restarted, thousands of times in the
/// time in which an operator sends a few. Such a signal is no order. It is ignored from then on: the write passes, the read fails, and nothing spins.
/// </summary>
internal sealed class JobControl(Action<int> order, Action<int> ignored)
{
    private const int Many = 100;

    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _counts = [];

    internal void Hear(int signal)
    {
        if ((signal != Signals.TTIN && signal != Signals.TTOU) || !Terminal.MayHaveSent(signal))
        {
            order(signal);
            return;
        }

        lock (_gate)
        {
            int count = _counts.GetValueOrDefault(signal);
            _counts[signal] = count + 1;
            if (count > 0)
            {
                return;
            }
        }

        _ = Task.Delay(Time).ContinueWith(_ => Judge(signal), TaskScheduler.Default);
    }

    private void Judge(int signal)
    {
        int count;
        lock (_gate)
        {
            _ = _counts.Remove(signal, out count);
        }

        if (count >= Many)
        {
            Signals.Ignore(signal);
            ignored(signal);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            order(signal);
        }
    }
}
