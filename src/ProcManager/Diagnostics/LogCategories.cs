namespace ProcManager.Diagnostics;

/// <summary>Under which names messages go to the loggers of a host's factory.</summary>
internal static class LogCategories
{
    internal const string Core = "ProcManager";
    internal const string FastCgi = "ProcManager.FastCgi";

    /// <summary>What workers have written, see <see cref="ProcessManagerOptions.CaptureOutput"/>.</summary>
    internal const string Output = Core + ".Output";

    internal static string[] All => [Core, FastCgi, Output];
}
