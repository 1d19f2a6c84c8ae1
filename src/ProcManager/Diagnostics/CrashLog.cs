using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about crashes, and about what keeps a pool from being as it should be.</summary>
internal static partial class CrashLog
{
    [LoggerMessage(940, LogLevel.Information, "worker {Slot} (pid {Pid}) has begun to crash; its place is given to another now, its end follows")]
    internal static partial void Crashing(ILogger log, int slot, int pid);

    internal static void DumpUnderWay(ILogger log, int slot, int pid, TimeSpan time) => DumpUnderWay(log, slot, pid, Words.Time(time));

    [LoggerMessage(941, LogLevel.Warning, "worker {Slot} (pid {Pid}) is not killed yet: a dump of its memory is being written. It gets up to {Time} more")]
    private static partial void DumpUnderWay(ILogger log, int slot, int pid, string time);

    internal static void ReloadWaits(ILogger log, int leaving, TimeSpan? dieTimeout)
    {
        if (dieTimeout is { } time)
        {
            ReloadWaitsFor(log, leaving, Words.Of(leaving, "worker"), Words.Time(time));
        }
        else
        {
            ReloadWaitsWithoutEnd(log, leaving, Words.Of(leaving, "worker"));
        }
    }

    [LoggerMessage(944, LogLevel.Information, "the reload waits for {Count} old {Workers} with requests under way, up to {DieTimeout} each (DieTimeout); with a higher MaxSurge more are replaced at once")]
    private static partial void ReloadWaitsFor(ILogger log, int count, string workers, string dieTimeout);

    [LoggerMessage(945, LogLevel.Warning, "the reload waits for {Count} old {Workers} with requests under way, without an end, since DieTimeout is not set; with a higher MaxSurge more are replaced at once")]
    private static partial void ReloadWaitsWithoutEnd(ILogger log, int count, string workers);

    internal static void Full(ILogger log, int count, int queue) => Full(log, count, Words.Of(count, "worker"), queue);

    [LoggerMessage(946, LogLevel.Warning, "no worker is free ({Count} {Workers} busy) and connections wait ({Queue} at this moment). Raise ProcessCount, or find what makes requests slow")]
    private static partial void Full(ILogger log, int count, string workers, int queue);

    internal static void FullOver(ILogger log, TimeSpan time, int most) => FullOver(log, Words.Time(time), most);

    [LoggerMessage(947, LogLevel.Information, "connections wait no more; they did for {Time}, {Most} at most")]
    private static partial void FullOver(ILogger log, string time, int most);

    [LoggerMessage(948, LogLevel.Error, "these processes are left behind, the kernel holds them and not even KILL ends them: {Pids}. Look at their disks and network file systems, or thaw their control group")]
    internal static partial void LeftBehind(ILogger log, string pids);

    [LoggerMessage(942, LogLevel.Error, "{Last}: it is in use, or may not be used. The next start is in {Delay}. Look at what the worker wrote to standard error, and end what holds the address; an address that all workers share is to be opened by Listen before Manage, in the manager too")]
    internal static partial void BindRefused(ILogger log, string last, string delay);

    [LoggerMessage(943, LogLevel.Error, "giving up: no worker of {Path} can serve: {Last}: it is in use, or may not be used. Look at what the worker wrote to standard error above this line, and end what holds the address, or choose another one; an address that all workers share is to be opened by Listen before Manage, in the manager too")]
    internal static partial void NoAddress(ILogger log, string path, string last);
}
