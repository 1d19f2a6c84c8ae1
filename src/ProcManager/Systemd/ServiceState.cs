using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Runtime;

namespace ProcManager.Systemd;

/// <summary>
/// The messages of a service about itself, see sd_notify(3). While it starts, reloads or stops it says with each step how long the next one may take: systemd's own time limits then hit a service that is
/// stuck, and none that has many workers or long requests.
/// </summary>
internal sealed class ServiceState(NotifySocket socket, ProcessManagerOptions options, Func<ScoreboardSnapshot> board)
{
    /// <summary>What the manager itself may take beyond the times of its options.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private bool _isPaused;

    // A step of a reload: a worker starts, the first one has to live for a while, an old one finishes its requests.
    private TimeSpan? LongestStep => Longer(Longer(options.StartTimeout, options.DieTimeout), options.CanaryTime);

    internal void Starting() => socket.Send($"STATUS=starting {Workers()}{Within(options.StartTimeout)}");

    internal void Ready(string? outcome = null) => socket.Send($"READY=1\nSTATUS={OneLine(outcome) ?? Now()}");

    /// <summary>The time is CLOCK_MONOTONIC, by which systemd knows that this is the answer to its signal (Type=notify-reload).</summary>
    internal void Reloading(int generation) => socket.Send(string.Create(
        CultureInfo.InvariantCulture,
        $"RELOADING=1\nMONOTONIC_USEC={Monotonic.Now.Ticks / TimeSpan.TicksPerMicrosecond}\nSTATUS=reloading to generation {generation}{Within(LongestStep)}"));

    internal void ReloadGoesOn(int generation) => socket.Send(string.Create(
        CultureInfo.InvariantCulture, $"STATUS=reloading to generation {generation}: {Workers()}{Within(LongestStep)}"));

    /// <summary>The whole stop begins here for systemd, so its time is the delay and what the workers may take after it.</summary>
    internal void Draining(TimeSpan delay) => socket.Send($"STOPPING=1\nSTATUS=stopping in {Words.Time(delay)}, still serving; {Workers()}{Within(delay + (options.DieTimeout ?? TimeSpan.Zero))}");

    internal void Stopping() => socket.Send($"STOPPING=1\nSTATUS=stopping {Workers()}{Within(options.DieTimeout)}");

    /// <summary>An operator has paused or resumed the pool.</summary>
    internal void Paused(bool paused)
    {
        _isPaused = paused;
        socket.Send($"STATUS={Now()}");
    }

    /// <summary>systemd keeps the socket while the service is restarted, and passes it to the next start under this name (FileDescriptorStoreMax=).</summary>
    internal void Store(string name, int descriptor) => socket.Send($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", descriptor);

    /// <summary>systemd forgets the sockets of this name.</summary>
    internal void Unstore(string name) => socket.Send($"FDSTOREREMOVE=1\nFDNAME={name}");

    internal void IsAlive() => socket.Send($"WATCHDOG=1\nSTATUS={Now()}");

    private string Workers()
    {
        int count = board().Slots.Count;
        return string.Create(CultureInfo.InvariantCulture, $"{count} {Words.Of(count, "worker")}");
    }

    private string Now()
    {
        ScoreboardSnapshot pool = board();
        int busy = pool.Slots.Count(static s => s.Active > 0);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(_isPaused ? "paused, new connections wait; " : "")}{pool.Slots.Count} {Words.Of(pool.Slots.Count, "worker")}, {busy} busy; {pool.Requests} {Words.Of(pool.Requests, "request")}; generation {pool.Generation}");
    }

    // Without a limit of our own systemd's holds.
    private static string Within(TimeSpan? time) => time is { } limit
        ? string.Create(CultureInfo.InvariantCulture, $"\nEXTEND_TIMEOUT_USEC={(limit + Slack).Ticks / TimeSpan.TicksPerMicrosecond}")
        : "";

    private static TimeSpan? Longer(TimeSpan? a, TimeSpan? b) => a is null || b is null ? null : a > b ? a : b;

    private static string? OneLine(string? text) => text is null ? null : Printable.Of(text);
}
