using ProcManager.Diagnostics;

namespace ProcManager.Tool.Reaping;

/// <summary>One round after the other, with what has to be known of the rounds before: when the last child ended, and which were left alone.</summary>
internal sealed class ReapRounds(ReapOptions options)
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    private readonly ChildMemory _memory = new();
    private readonly HashSet<(int Pid, long StartTime)> _leftAlone = [];
    private long _nextSignalAt;

    internal void Run(ParentProcess parent)
    {
        List<GrownProcess> grown = Grown(parent);
        for (int sample = 1; sample < options.Samples && grown.Count > 0; sample++)
        {
            Thread.Sleep(SampleInterval);
            grown.RemoveAll(p => !p.IsStillOver(parent, options, _memory));
        }

        foreach (GrownProcess child in grown)
        {
            using (child)
            {
                Pause();
                if (child.IsStillOver(parent, options, _memory) && child.TrySignal(parent, options.Signal))
                {
                    Await(child);
                }
            }
        }
    }

    private List<GrownProcess> Grown(ParentProcess parent)
    {
        List<GrownProcess> grown = GrownProcess.Among(parent, options, _memory);
        grown.RemoveAll(p => _leftAlone.Contains(p.Identity));
        return grown;
    }

    // Between two signals, of one round or of two.
    private void Pause()
    {
        if (_nextSignalAt - Environment.TickCount64 is > 0 and var milliseconds)
        {
            Thread.Sleep((int)milliseconds);
        }
    }

    private void Await(GrownProcess child)
    {
        Console.WriteLine($"process {child.Pid}: {Words.Memory(child.Memory)} of {Words.Memory(options.MaxMemory)}, {options.SignalName} sent");
        if (child.Ends(options.Patience))
        {
            Console.WriteLine($"process {child.Pid} has ended");
        }
        else
        {
            // A child that has not heard the signal would not hear the next one either.
            _leftAlone.Add(child.Identity);
            Console.WriteLine($"process {child.Pid} has not ended within {Words.Time(options.Patience)} and is left alone");
        }

        _nextSignalAt = Environment.TickCount64 + (long)options.Pause.TotalMilliseconds;
    }
}
