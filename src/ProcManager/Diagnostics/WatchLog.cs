using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about hung, rogue and growing workers, and about standby workers.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(115, LogLevel.Warning, "all {Most} workers that there may be are busy; connections wait. Raise MaxCount if this lasts")]
    internal static partial void Paused(ILogger log, int most);

    [LoggerMessage(116, LogLevel.Information, "a worker is idle again; connections wait no more")]
    internal static partial void Resumed(ILogger log);

    [LoggerMessage(117, LogLevel.Information, "at most {Count} workers are wanted now")]
    internal static partial void Most(ILogger log, int count);

    [LoggerMessage(208, LogLevel.Information, "worker {Slot} (pid {Pid}) stands by")]
    internal static partial void StandsBy(ILogger log, int slot, int pid);

    [LoggerMessage(209, LogLevel.Information, "worker {Slot} (pid {Pid}) takes over")]
    internal static partial void TakesOver(ILogger log, int slot, int pid);

    [LoggerMessage(700, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung ({Kind}): {Request}{Client} has taken {Age:0.0} s, the limit is {Limit:0.0} s")]
    private static partial void HungLine(ILogger log, int slot, int pid, HangKind kind, string request, string client, double age, double limit);

    internal static void Hung(ILogger log, int slot, int pid, HangKind kind, double age, double limit, string request, string client) =>
        HungLine(log, slot, pid, kind, request, client, age, limit);

    [LoggerMessage(716, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung ({Kind}): it has been stopped for {Age:0.0} s, the limit is {Limit:0.0} s. Whoever stops a worker (STOP) and does not continue it (CONT) takes it out of the pool")]
    internal static partial void IdleStopped(ILogger log, int slot, int pid, HangKind kind, double age, double limit);

    [LoggerMessage(717, LogLevel.Warning, "WatchdogLadder has Dump, but no dump will be written: this program does not say what writes it. Add the package ProcManager.Diagnostics, and manager.UseCapture(new StackCapture()) right after the manager is made")]
    internal static partial void NoDump(ILogger log);

    [LoggerMessage(701, LogLevel.Information, "worker {Slot} (pid {Pid}): the request that was too long has ended after {Age:0.0} s; nobody is killed")]
    internal static partial void HangOver(ILogger log, int slot, int pid, double age);

    [LoggerMessage(702, LogLevel.Warning, "worker {Slot} (pid {Pid}) hangs here: {Text}")]
    internal static partial void Captured(ILogger log, int slot, int pid, string text);

    [LoggerMessage(703, LogLevel.Warning, "worker {Slot} (pid {Pid}): where it hangs is in {File}")]
    internal static partial void CapturedToFile(ILogger log, int slot, int pid, string file);

    [LoggerMessage(704, LogLevel.Warning, "worker {Slot} (pid {Pid}): no process could be started to look into it: {Reason}")]
    internal static partial void CaptureNotStarted(ILogger log, int slot, int pid, string reason);

    [LoggerMessage(705, LogLevel.Warning, "worker {Slot} (pid {Pid}): {File} cannot be written: {Reason} It hangs here: {Text}")]
    internal static partial void CaptureNotWritten(ILogger log, int slot, int pid, string file, string reason, string text);

    [LoggerMessage(706, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung and kept for a debugger: out of the pool, alive until the manager stops, or you kill it")]
    internal static partial void Kept(ILogger log, int slot, int pid);

    [LoggerMessage(707, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung and not kept: {Limit} are kept already (KeepLimit)")]
    internal static partial void KeepLimit(ILogger log, int slot, int pid, int limit);

    [LoggerMessage(708, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (Hung): its request has taken {After:0.0} s")]
    internal static partial void HungWorkerKilled(ILogger log, int slot, int pid, double after);

    [LoggerMessage(709, LogLevel.Information, "the command for kept workers, {Command} (pid {Pid}), ended with exit code {ExitCode}")]
    internal static partial void KeepCommandEnded(ILogger log, string command, int pid, int exitCode);

    [LoggerMessage(710, LogLevel.Warning, "the command for kept workers, {Command}, cannot be started: {Reason} Set KeepCommand to a program that may be run")]
    internal static partial void KeepCommandNotStarted(ILogger log, string command, string reason);

    [LoggerMessage(711, LogLevel.Warning, "worker {Slot} (pid {Pid}) is a rogue: {Cpu:0.0} s of CPU in one request, the limit is {Limit:0.0} s; it gets {Step}")]
    internal static partial void RogueInRequest(ILogger log, int slot, int pid, double cpu, double limit, string step);

    [LoggerMessage(712, LogLevel.Warning, "worker {Slot} (pid {Pid}) is a rogue: {Cpu:0.0} s of CPU in its life, the limit is {Limit:0.0} s; it gets {Step}")]
    internal static partial void Rogue(ILogger log, int slot, int pid, double cpu, double limit, string step);

    [LoggerMessage(713, LogLevel.Information, "worker {Slot} (pid {Pid}) has calmed down and is forgiven: it may take its time to leave")]
    internal static partial void Forgiven(ILogger log, int slot, int pid);

    [LoggerMessage(714, LogLevel.Error, "worker {Slot} (pid {Pid}) is written off: not even KILL ends it, the kernel holds it. Look at its disks and network file systems")]
    internal static partial void WrittenOff(ILogger log, int slot, int pid);

    [LoggerMessage(715, LogLevel.Trace, "{Count} workers were looked at ({What})")]
    internal static partial void Looked(ILogger log, int count, string what);

    [LoggerMessage(800, LogLevel.Information, "worker {Slot} (pid {Pid}) is over its memory limit: it is asked for a full collection first")]
    private static partial void CollectionAsked(ILogger log, int slot, int pid);

    [LoggerMessage(805, LogLevel.Information, "worker {Slot} (pid {Pid}) is the largest of a pool over its memory limit: it is asked for a full collection first")]
    private static partial void CollectionAskedForPool(ILogger log, int slot, int pid);

    internal static void CollectionAsked(ILogger log, int slot, int pid, bool ofPool)
    {
        if (ofPool)
        {
            CollectionAskedForPool(log, slot, pid);
        }
        else
        {
            CollectionAsked(log, slot, pid);
        }
    }

    [LoggerMessage(801, LogLevel.Information, "worker {Slot} (pid {Pid}) has reached a limit ({Cause}, {Percent:0} %); it is replaced in its turn")]
    internal static partial void LimitReached(ILogger log, int slot, int pid, WorkerExitCause cause, double percent);

    [LoggerMessage(802, LogLevel.Warning, "worker {Slot} (pid {Pid}) has waited {Waited} to be replaced ({Cause}) and leaves now, replacement or not. Lower RecycleInterval, or see why replacements do not become ready")]
    internal static partial void Ceiling(ILogger log, int slot, int pid, WorkerExitCause cause, TimeSpan waited);

    [LoggerMessage(803, LogLevel.Error, "recycling does not help: {InARow} fresh workers one after the other were over MaxMemory from the start, also after a full collection, the last with {MiB:0.0} MiB. No worker is replaced for it until the next reload; collections go on. Raise MaxMemory, or find what takes the memory")]
    private static partial void RecyclingUseless(ILogger log, int inARow, double miB);

    [LoggerMessage(806, LogLevel.Error, "recycling does not help: {InARow} times the largest worker of a pool over MaxPoolMemory was one that had just replaced another; all together have {MiB:0.0} MiB. No worker is replaced for it until the next reload. Raise MaxPoolMemory, or have fewer workers")]
    private static partial void RecyclingForPoolUseless(ILogger log, int inARow, double miB);

    internal static void RecyclingUseless(ILogger log, int inARow, double miB, bool ofPool)
    {
        if (ofPool)
        {
            RecyclingForPoolUseless(log, inARow, miB);
        }
        else
        {
            RecyclingUseless(log, inARow, miB);
        }
    }

    [LoggerMessage(804, LogLevel.Warning, "{Workers} workers of {Limit:0} MiB each may take {Sum:0} MiB, but the container has {Container:0} MiB. Lower MaxMemory or the number of workers")]
    internal static partial void ContainerTooSmall(ILogger log, int workers, double limit, double sum, double container);

    [LoggerMessage(807, LogLevel.Warning, "MaxPoolMemory is {Limit:0} MiB, but the container has {Container:0} MiB: it may be full before a worker is replaced. Lower MaxPoolMemory")]
    internal static partial void ContainerBelowPoolLimit(ILogger log, double limit, double container);
}
