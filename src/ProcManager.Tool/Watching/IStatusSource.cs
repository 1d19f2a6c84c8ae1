namespace ProcManager.Tool.Watching;

/// <summary>Where the watchdog reads a pool's status.</summary>
internal interface IStatusSource : IDisposable
{
    /// <exception cref="StatusUnavailableException">The status cannot be fetched now.</exception>
    StatusReading Read(CancellationToken stopping);
}

/// <summary>The manager is gone, does not answer, refuses, or what answers is no status.</summary>
internal sealed class StatusUnavailableException(string message) : Exception(message);
