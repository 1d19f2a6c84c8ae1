using System.Globalization;
using ProcManager.Runtime;

namespace ProcManager.Systemd;

/// <summary>Answers systemd's watchdog (<c>WatchdogSec=</c>, sd_watchdog_enabled(3)), twice in its time. The manager's loop calls it at the end of a turn, so a loop that is stuck does not answer.</summary>
internal sealed class ServiceWatchdog(TimeSpan interval, Action isAlive) : IHeartbeat
{
    /// <summary>Null: systemd does not watch this process.</summary>
    internal static ServiceWatchdog? Find(string? microseconds, string? pid, Action isAlive) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long time) && time > 0
        && (string.IsNullOrEmpty(pid) || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? new ServiceWatchdog(TimeSpan.FromMicroseconds(Math.Min(time, (long)TimeSpan.FromDays(365).TotalMicroseconds) / 2), isAlive)
            : null;

    public TimeSpan Next { get; private set; } = Monotonic.Now;

    public void Beat()
    {
        Next = Monotonic.Now + interval;
        isAlive();
    }
}
