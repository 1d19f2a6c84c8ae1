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

    /// <summary>After such a pause the signals that came are an operator's: a call that is restarted makes none, even on a busy machine.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _counts = [];
    private readonly HashSet<int> _ignored = [];

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
            if (count > 0 || _ignored.Contains(signal)) // the signals that were on their way when ignoring began
            {
                return;
            }
        }

        JudgeAfterPause(signal, 1);
    }

    private void JudgeAfterPause(int signal, int seen) => Task.Delay(Pause).ContinueWith(_ => Judge(signal, seen), TaskScheduler.Default);

    private void Judge(int signal, int seen)
    {
        int count;
        lock (_gate)
        {
            count = _counts[signal];
            if (count >= Many)
            {
                _ = _ignored.Add(signal);
            }
            else if (count == seen)
            {
                _ = _counts.Remove(signal);
            }
        }

        if (count >= Many)
        {
            Signals.Ignore(signal);
            ignored(signal);
        }
        else if (count > seen)
        {
            JudgeAfterPause(signal, count);
        }
        else
        {
            Enumerable.Repeat(signal, count).ToList().ForEach(order);
        }
    }
}
