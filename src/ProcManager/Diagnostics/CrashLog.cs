using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about crashes, and about what keeps a pool from being as it should be.</summary>
internal static partial class CrashLog
{
    [LoggerMessage(940, LogLevel.Information, "worker {Slot} (pid {Pid}) has begun to crash; its place is given to another now, its end follows")]
    internal static partial void Crashing(ILogger log, int slot, int pid);

    [LoggerMessage(941, LogLevel.Warning, "worker {Slot} (pid {Pid}) is not killed yet: a dump of its memory is being written. It gets up to {Seconds:0} s more")]
    internal static partial void DumpUnderWay(ILogger log, int slot, int pid, double seconds);

    internal static void ReloadWaits(ILogger log, int leaving, TimeSpan? dieTimeout)
    {
        if (dieTimeout is { } time)
        {
            ReloadWaitsFor(log, leaving, time);
        }
        else
        {
            ReloadWaitsWithoutEnd(log, leaving);
        }
    }

    [LoggerMessage(944, LogLevel.Information, "the reload waits for {Count} old workers that still have requests, each up to {DieTimeout} (DieTimeout); with a higher MaxSurge more are replaced at once")]
    private static partial void ReloadWaitsFor(ILogger log, int count, TimeSpan dieTimeout);

    [LoggerMessage(945, LogLevel.Warning, "the reload waits for {Count} old workers that still have requests, without an end, since DieTimeout is not set; with a higher MaxSurge more are replaced at once")]
    private static partial void ReloadWaitsWithoutEnd(ILogger log, int count);

    [LoggerMessage(946, LogLevel.Warning, "all {Workers} workers are busy and connections wait ({Queue} at this moment). Raise ProcessCount, or find what makes requests slow")]
    internal static partial void Full(ILogger log, int workers, int queue);

    [LoggerMessage(947, LogLevel.Information, "connections wait no more; they did for {Seconds:0.0} s, {Most} at most")]
    internal static partial void FullOver(ILogger log, double seconds, int most);

    [LoggerMessage(948, LogLevel.Error, "these processes are left behind, the kernel holds them and not even KILL ends them: {Pids}. Look at their disks and network file systems, or thaw their control group")]
    internal static partial void LeftBehind(ILogger log, string pids);

    [LoggerMessage(942, LogLevel.Error, "{Last}: it is in use, or may not be used. The next start is in {Delay}. Look at what the worker wrote to standard error, and end what holds the address; an address that all workers share is to be opened by Listen before Manage, in the manager too")]
    internal static partial void BindRefused(ILogger log, string last, TimeSpan delay);

    [LoggerMessage(943, LogLevel.Error, "giving up: no worker of {Path} can serve: {Last}: it is in use, or may not be used. Look at what the worker wrote to standard error above this line, and end what holds the address, or choose another one; an address that all workers share is to be opened by Listen before Manage, in the manager too")]
    internal static partial void NoAddress(ILogger log, string path, string last);
}
