using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>
/// How long requests take so far. A scope has the time of its beginning; a request of PreDispatch has none, as a clock would be the dearest part of it, so its age counts from the first
/// report that has seen it: it is that old at least. From any thread.
/// </summary>
internal sealed class RequestAges
{
    private readonly Dictionary<int, (int ProcessId, ulong Number, TimeSpan Since)> _seen = [];

    internal void See(IReadOnlyList<SlotSnapshot> slots)
    {
        foreach (SlotSnapshot slot in slots)
        {
            _ = Of(slot);
        }
    }

    /// <summary>Of the oldest request under way; null when there is none.</summary>
    internal TimeSpan? Of(SlotSnapshot slot)
    {
        TimeSpan now = Monotonic.Now;
        if (slot.Began is { } began)
        {
            return now > began ? now - began : TimeSpan.Zero;
        }

        lock (_seen)
        {
            if (slot.Dispatch == 0)
            {
                _seen.Remove(slot.Slot);
                return null;
            }

            if (!_seen.TryGetValue(slot.Slot, out (int ProcessId, ulong Number, TimeSpan Since) last) || last.ProcessId != slot.ProcessId || last.Number != slot.Dispatch)
            {
                last = (slot.ProcessId, slot.Dispatch, now);
                _seen[slot.Slot] = last;
            }

            return now - last.Since;
        }
    }
}
