namespace ProcManager.Services.Checks;

/// <summary>What one check has found.</summary>
/// <param name="Passed">The service runs, as far as this check can tell.</param>
/// <param name="Detail">What was seen, in words: "127.0.0.1:6379 refuses connections".</param>
/// <param name="Process">The process that was identified, where the check does so.</param>
internal readonly record struct CheckResult(bool Passed, string Detail, SeenProcess? Process = null);

/// <summary>A process that cannot be mistaken for a later one with its number.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="StartTime">Its start in clock ticks since boot, see proc(5).</param>
internal readonly record struct SeenProcess(int Pid, long StartTime);

/// <summary>Makes one kind of check. Any thread; knows no policy.</summary>
internal interface IServiceProbe
{
    /// <summary>Never throws: what went wrong is the result's detail. Ends within the check's timeout.</summary>
    ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken);
}
