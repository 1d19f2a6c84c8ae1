using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about hung, rogue and growing workers, and about standby workers.</summary>
internal static partial class WatchLog
{
    internal static void Paused(ILogger log, int count) => Paused(log, count, Words.Of(count, "worker"));

    [LoggerMessage(115, LogLevel.Warning, "no worker is free ({Count} {Workers} busy, which is the maximum) and connections wait. Raise MaxCount if this lasts")]
    private static partial void Paused(ILogger log, int count, string workers);

    [LoggerMessage(116, LogLevel.Information, "a worker is idle again; connections wait no more")]
    internal static partial void Resumed(ILogger log);

    [LoggerMessage(117, LogLevel.Information, "at most {Count} {Workers} {Are} wanted now")]
    internal static partial void Most(ILogger log, int count, string workers, string are);

    [LoggerMessage(208, LogLevel.Information, "worker {Slot} (pid {Pid}) stands by")]
    internal static partial void StandsBy(ILogger log, int slot, int pid);

    [LoggerMessage(209, LogLevel.Information, "worker {Slot} (pid {Pid}) takes over")]
    internal static partial void TakesOver(ILogger log, int slot, int pid);

    [LoggerMessage(700, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung ({Kind}): {Request}{Client} has taken {Age}, the limit is {Limit}")]
    private static partial void HungLine(ILogger log, int slot, int pid, HangKind kind, string request, string client, string age, string limit);

    internal static void Hung(ILogger log, int slot, int pid, HangKind kind, TimeSpan age, TimeSpan limit, string request, string client) =>
        HungLine(log, slot, pid, kind, request, client, Words.Time(age), Words.Time(limit));

    internal static void IdleStopped(ILogger log, int slot, int pid, HangKind kind, TimeSpan age, TimeSpan limit) => IdleStopped(log, slot, pid, kind, Words.Time(age), Words.Time(limit));

    [LoggerMessage(716, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung ({Kind}): it has been stopped for {Age}, the limit is {Limit}. A worker that is stopped (STOP) and not continued (CONT) serves no request")]
    private static partial void IdleStopped(ILogger log, int slot, int pid, HangKind kind, string age, string limit);

    [LoggerMessage(717, LogLevel.Warning, "WatchdogLadder has Dump, but no dump will be written: this program does not say what writes it. Add the package ProcManager.Diagnostics, and manager.UseCapture(new StackCapture()) right after the manager is made")]
    internal static partial void NoDump(ILogger log);

    internal static void HangOver(ILogger log, int slot, int pid, TimeSpan age) => HangOver(log, slot, pid, Words.Time(age));

    [LoggerMessage(701, LogLevel.Information, "worker {Slot} (pid {Pid}): the request that was too long has ended after {Age}; the worker is not killed")]
    private static partial void HangOver(ILogger log, int slot, int pid, string age);

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

    [LoggerMessage(707, LogLevel.Warning, "worker {Slot} (pid {Pid}) is hung and not kept: KeepLimit ({Limit}) is reached")]
    internal static partial void KeepLimit(ILogger log, int slot, int pid, int limit);

    [LoggerMessage(708, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (Hung): its request has taken {After}")]
    internal static partial void HungWorkerKilled(ILogger log, int slot, int pid, string after);

    [LoggerMessage(709, LogLevel.Information, "the command for kept workers, {Command} (pid {Pid}), ended with exit code {ExitCode}")]
    internal static partial void KeepCommandEnded(ILogger log, string command, int pid, int exitCode);

    [LoggerMessage(710, LogLevel.Warning, "the command for kept workers, {Command}, cannot be started: {Reason} Set KeepCommand to a program that may be run")]
    internal static partial void KeepCommandNotStarted(ILogger log, string command, string reason);

    internal static void Rogue(ILogger log, int slot, int pid, TimeSpan cpu, TimeSpan limit, bool inRequest, string step)
    {
        if (inRequest)
        {
            RogueInRequest(log, slot, pid, Words.Time(cpu), Words.Time(limit), step);
        }
        else
        {
            Rogue(log, slot, pid, Words.Time(cpu), Words.Time(limit), step);
        }
    }

    [LoggerMessage(711, LogLevel.Warning, "worker {Slot} (pid {Pid}) is a rogue: {Cpu} of CPU in one request, the limit is {Limit}; it gets {Step}")]
    private static partial void RogueInRequest(ILogger log, int slot, int pid, string cpu, string limit, string step);

    [LoggerMessage(712, LogLevel.Warning, "worker {Slot} (pid {Pid}) is a rogue: {Cpu} of CPU in its life, the limit is {Limit}; it gets {Step}")]
    private static partial void Rogue(ILogger log, int slot, int pid, string cpu, string limit, string step);

    [LoggerMessage(713, LogLevel.Information, "worker {Slot} (pid {Pid}) has calmed down and is forgiven: it may take its time to leave")]
    internal static partial void Forgiven(ILogger log, int slot, int pid);

    [LoggerMessage(714, LogLevel.Error, "worker {Slot} (pid {Pid}) is written off: not even KILL ends it, the kernel holds it. Look at its disks and network file systems")]
    internal static partial void WrittenOff(ILogger log, int slot, int pid);

    internal static void Looked(ILogger log, int count, Enum what) => Looked(log, count, Words.Of(count, "worker"), what);

    [LoggerMessage(715, LogLevel.Trace, "looked at {Count} {Workers} ({What})")]
    private static partial void Looked(ILogger log, int count, string workers, Enum what);

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

    [LoggerMessage(801, LogLevel.Information, "worker {Slot} (pid {Pid}) has reached a limit ({Limit}); it is replaced in its turn")]
    internal static partial void LimitReached(ILogger log, int slot, int pid, string limit);

    internal static void Ceiling(ILogger log, int slot, int pid, string limit, TimeSpan waited) => Ceiling(log, slot, pid, limit, Words.Time(waited));

    [LoggerMessage(802, LogLevel.Warning, "worker {Slot} (pid {Pid}) has waited {Waited} to be replaced ({Limit}) and drains now, with or without a replacement. Lower RecycleInterval, or see why replacements do not become ready")]
    private static partial void Ceiling(ILogger log, int slot, int pid, string limit, string waited);

    [LoggerMessage(803, LogLevel.Error, "recycling does not help: {InARow} fresh workers one after the other were over MaxMemory from the start, also after a full collection, the last with {Memory}. No worker is replaced for it until the next reload; collections go on. Raise MaxMemory, or find what takes the memory")]
    private static partial void RecyclingUseless(ILogger log, int inARow, string memory);

    [LoggerMessage(806, LogLevel.Error, "recycling does not help: {InARow} times the largest worker of a pool over MaxPoolMemory was one that had just replaced another; all together have {Memory}. No worker is replaced for it until the next reload. Raise MaxPoolMemory, or have fewer workers")]
    private static partial void RecyclingForPoolUseless(ILogger log, int inARow, string memory);

    internal static void RecyclingUseless(ILogger log, int inARow, long bytes, bool ofPool)
    {
        if (ofPool)
        {
            RecyclingForPoolUseless(log, inARow, Words.Memory(bytes));
        }
        else
        {
            RecyclingUseless(log, inARow, Words.Memory(bytes));
        }
    }

    internal static void ContainerTooSmall(ILogger log, int workers, long limit, long container) =>
        ContainerTooSmall(log, workers, Words.Memory(limit), Words.Memory((double)limit * workers), Words.Memory(container));

    [LoggerMessage(804, LogLevel.Warning, "{Workers} workers of {Limit} each may take {Sum}, but the container has {Container}. Lower MaxMemory or the number of workers")]
    private static partial void ContainerTooSmall(ILogger log, int workers, string limit, string sum, string container);

    internal static void ContainerBelowPoolLimit(ILogger log, long limit, long container) => ContainerBelowPoolLimit(log, Words.Memory(limit), Words.Memory(container));

    [LoggerMessage(807, LogLevel.Warning, "MaxPoolMemory is {Limit}, but the container has {Container}: it may be full before a worker is replaced. Lower MaxPoolMemory")]
    private static partial void ContainerBelowPoolLimit(ILogger log, string limit, string container);
}
