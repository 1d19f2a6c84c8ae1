namespace ProcManager.Posix;

/// <summary>Waits of any length; the runtime's shortest is a millisecond.</summary>
internal static unsafe class Pauses
{
    /// <summary>A signal ends the pause early.</summary>
    internal static void Sleep(TimeSpan time)
    {
        nint* parts = stackalloc nint[2] { (nint)time.TotalSeconds, (nint)(time.Ticks % TimeSpan.TicksPerSecond * 100) };
        _ = LibC.nanosleep(parts, null);
    }
}
