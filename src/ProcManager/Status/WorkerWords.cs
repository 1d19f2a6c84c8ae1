using System.Globalization;

namespace ProcManager.Status;

/// <summary>How many workers of a pool of one request a process have a request. Such a pool has a maximum and no wanted number: the clients decide how many there are.</summary>
internal static class WorkerWords
{
    /// <param name="count">Workers with a request.</param>
    /// <param name="max">As many may have one; null: not known.</param>
    internal static string WithRequest(int count, int? max) => max is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"{count} of {most} with a request")
        : string.Create(CultureInfo.InvariantCulture, $"{count} with a request");
}
