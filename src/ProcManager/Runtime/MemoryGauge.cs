using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>A process's memory by the measure that was asked for.</summary>
internal static class MemoryGauge
{
    internal static long Measure(int pid, MemoryMeasure measure)
    {
        if (measure == MemoryMeasure.Proportional)
        {
            return ProcFs.Proportional(pid);
        }

        (long all, long resident, long shared) = ProcFs.Memory(pid);
        return measure switch
        {
            MemoryMeasure.Resident => resident,
            MemoryMeasure.Virtual => all,
            _ => resident - shared,
        };
    }
}
