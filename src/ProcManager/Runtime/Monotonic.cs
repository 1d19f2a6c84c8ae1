using System.Diagnostics;

namespace ProcManager.Runtime;

/// <summary>The clock of all deadlines: CLOCK_MONOTONIC, which nobody can set and which stands still while the machine sleeps.</summary>
internal static class Monotonic
{
    internal static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
