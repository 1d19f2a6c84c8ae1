using System.Globalization;
using ProcManager.Runtime;

namespace ProcManager.Services.Checks;

/// <summary>The ids of all processes, read at most ten times a second however many checks ask. Any thread.</summary>
internal sealed class ProcessScan
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private int[] _pids = [];
    private TimeSpan _at = TimeSpan.MinValue;

    internal static ProcessScan Shared { get; } = new();

    /// <summary>Empty when /proc cannot be read.</summary>
    internal int[] Pids()
    {
        lock (_lock)
        {
            TimeSpan now = Monotonic.Now;
            if (_at == TimeSpan.MinValue || now - _at > Fresh)
            {
                _pids = Read();
                _at = now;
            }

            return _pids;
        }
    }

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
