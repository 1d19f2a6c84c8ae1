using System.Globalization;
using ProcManager.Runtime;

namespace ProcManager.Services.Checks;

/// <summary>The ids of all processes, read at most ten times a second however many checks ask. Any thread.</summary>
internal sealed class ProcessScan
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private int[] _pids = [];
    private TimeSpan _at = TimeSpan.MinValue;

    internal static ProcessScan Shared { get; } = new();

    /// <summary>Those of a moment after the call, so that a process that has just begun is among them. Waits for the next time that they may be read.</summary>
    internal async ValueTask<int[]> NextAsync(CancellationToken cancellationToken)
    {
        TimeSpan asked = Monotonic.Now;
        while (true)
        {
            TimeSpan pause;
            lock (_lock)
            {
                TimeSpan now = Monotonic.Now;
                if (_at >= asked)
                {
                    return _pids;
                }

                pause = _at == TimeSpan.MinValue ? TimeSpan.Zero : _at + Between - now;
                if (pause <= TimeSpan.Zero)
                {
                    _at = now;
                    return _pids = Read();
                }
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Empty when /proc cannot be read.</summary>
    internal static int[] Read()
    {
        try
        {
            return [.. Directory.EnumerateDirectories("/proc").Select(static d => int.TryParse(d.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0).Where(static p => p > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
