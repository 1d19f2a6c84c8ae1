namespace ProcManager.Runtime;

/// <summary>
/// Collects what the manager's loop has left on the heap, before it sleeps. The runtime collects when a budget as large as the processor's cache is used up. In a
/// process that does so little this takes a thousand workers, and until then what each leaves stays in memory. A heap this small is collected in about a millisecond.
/// </summary>
internal sealed class ManagerGarbage
{
    /// <summary>As much as some twenty workers leave, from their start to their end.</summary>
    private const long Budget = 1 << 20;

    private long _collectedAt = GC.GetTotalAllocatedBytes();

    /// <summary>For a thread that makes short-lived objects all the time: they are freed, and nothing is moved, which takes a tenth of the time.</summary>
    internal void FreeWhenMuch()
    {
        long now = GC.GetTotalAllocatedBytes();
        if (now - _collectedAt >= Budget)
        {
            _collectedAt = now;
            GC.Collect(1, GCCollectionMode.Forced, blocking: true, compacting: false);
        }
    }

    internal void CollectWhenMuch()
    {
        long now = GC.GetTotalAllocatedBytes();
        if (now - _collectedAt >= Budget)
        {
            _collectedAt = now;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        }
    }
}
