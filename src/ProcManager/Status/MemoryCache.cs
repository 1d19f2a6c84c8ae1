using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>The workers' memory, measured every five seconds at most: the kernel walks through all pages of a process for the proportional measure. From any thread.</summary>
internal sealed class MemoryCache
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, (long Bytes, TimeSpan At)> _measured = [];

    internal long Of(int pid, MemoryMeasure measure)
    {
        TimeSpan now = Monotonic.Now;
        lock (_measured)
        {
            if (_measured.TryGetValue(pid, out (long Bytes, TimeSpan At) last) && now - last.At < Fresh)
            {
                return last.Bytes;
            }

            long bytes = Math.Max(0, MemoryGauge.Measure(pid, measure));
            _measured[pid] = (bytes, now);
            return bytes;
        }
    }

    /// <summary>Forgets the processes that are not among these.</summary>
    internal void Keep(IReadOnlyList<SlotSnapshot> slots)
    {
        lock (_measured)
        {
            if (_measured.Count <= 2 * slots.Count)
            {
                return;
            }

            foreach (int pid in _measured.Keys.Except(slots.Select(static s => s.ProcessId)).ToArray())
            {
                _measured.Remove(pid);
            }
        }
    }
}
