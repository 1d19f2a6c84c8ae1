using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Every line of the log. The numbers are stable: 1xx the manager, 2xx its workers, 3xx reload, 4xx crash loops, 5xx inside a worker, 7xx watchdog and rogues, 8xx memory and recycling.</summary>
internal static partial class Log
{
    internal static void Managing(ILogger log, int count, string path, PoolSizing sizing)
    {
        if (sizing == PoolSizing.Static)
        {
            Managing(log, count, Words.Of(count, "worker"), path);
        }
        else
        {
            ManagingUpTo(log, count, Words.Of(count, "worker"), path, sizing);
        }
    }

    [LoggerMessage(100, LogLevel.Information, "managing {Count} {Workers} of {Path}")]
    private static partial void Managing(ILogger log, int count, string workers, string path);

    [LoggerMessage(118, LogLevel.Information, "managing up to {Count} {Workers} of {Path} ({Sizing})")]
    private static partial void ManagingUpTo(ILogger log, int count, string workers, string path, PoolSizing sizing);

    /// <summary><paramref name="details"/>: each with a comma in front.</summary>
    [LoggerMessage(120, LogLevel.Information, "listening on {Address} (\"{Name}\"{Details})")]
    internal static partial void Listening(ILogger log, string address, string name, string details);

    /// <summary><paramref name="count"/>: 0 in a pool that starts workers on demand.</summary>
    internal static void PoolReady(ILogger log, int count)
    {
        switch (count)
        {
            case 0:
                ReadyForConnections(log);
                break;
            case 1:
                OneReady(log, count, null);
                break;
            default:
                AllReady(log, count);
                break;
        }
    }

    [LoggerMessage(119, LogLevel.Information, "ready: a worker is started when a connection waits")]
    private static partial void ReadyForConnections(ILogger log);

    [LoggerMessage(101, LogLevel.Information, "all {Count} workers are ready", EventName = nameof(PoolReady))]
    private static partial void AllReady(ILogger log, int count);

    // The same message in other words.
    private static readonly Action<ILogger, int, Exception?> OneReady = LoggerMessage.Define<int>(LogLevel.Information, new EventId(101, nameof(PoolReady)), "ready: {Count} worker");

    internal static void Stopping(ILogger log, int count) => Stopping(log, count, Words.Of(count, "worker"));

    [LoggerMessage(102, LogLevel.Information, "stopping: draining {Count} {Workers}")]
    private static partial void Stopping(ILogger log, int count, string workers);

    internal static void KillingAll(ILogger log, int count) => KillingAll(log, count, Words.Of(count, "worker"));

    [LoggerMessage(103, LogLevel.Warning, "told to stop again: killing {Count} {Workers} now; requests under way are lost")]
    private static partial void KillingAll(ILogger log, int count, string workers);

    [LoggerMessage(104, LogLevel.Information, "all workers are gone; exit code {ExitCode}")]
    internal static partial void ManagerExits(ILogger log, int exitCode);

    /// <summary><paramref name="isStatic"/>: false where <paramref name="count"/> is the maximum and the load decides.</summary>
    internal static void Target(ILogger log, int count, bool atLimit, bool isStatic)
    {
        if (atLimit)
        {
            TargetAtLimit(log, count, Words.Of(count, "worker"), Words.Are(count));
        }
        else if (isStatic)
        {
            Target(log, count, Words.Of(count, "worker"), Words.Are(count));
        }
        else
        {
            WatchLog.Most(log, count, Words.Of(count, "worker"), Words.Are(count));
        }
    }

    [LoggerMessage(105, LogLevel.Information, "{Count} {Workers} {Are} wanted now")]
    private static partial void Target(ILogger log, int count, string workers, string are);

    [LoggerMessage(106, LogLevel.Warning, "{Count} {Workers} {Are} wanted now, which is the limit; allowed: 1 to 2048")]
    private static partial void TargetAtLimit(ILogger log, int count, string workers, string are);

    internal static void Slept(ILogger log, TimeSpan gap) => Slept(log, Words.Time(gap));

    [LoggerMessage(107, LogLevel.Warning, "the manager itself did not run for {Gap}; no worker is killed for it, all deadlines begin anew")]
    private static partial void Slept(ILogger log, string gap);

    [LoggerMessage(108, LogLevel.Information, "{What} is ignored: {Why}")]
    internal static partial void Ignored(ILogger log, string what, string why);

    [LoggerMessage(109, LogLevel.Warning, "the pid file cannot be written; going on without one: {Reason} See that the folder of the option PidFile is there and may be written to")]
    internal static partial void PidFileNotWritten(ILogger log, string reason);

    [LoggerMessage(920, LogLevel.Warning, "the pid file is written but cannot be locked, so a second manager is not kept out: {Reason} Put the file on a local file system")]
    internal static partial void PidFileNotLocked(ILogger log, string reason);

    [LoggerMessage(921, LogLevel.Warning, "listener '{Name}': the socket file '{Path}' was removed or replaced; it is bound again, and workers started from now on serve it")]
    internal static partial void ListenerRenewed(ILogger log, string name, string path);

    [LoggerMessage(922, LogLevel.Warning, "listener '{Name}': the socket file '{Path}' was removed or replaced, and cannot be bound again: {Reason}")]
    internal static partial void ListenerNotRenewed(ILogger log, string name, string path, string reason);

    [LoggerMessage(923, LogLevel.Warning, "the folder for dumps '{Path}' is not used: {Reason}. Give a CaptureFolder that belongs to this user or root and that others may not write to")]
    internal static partial void CaptureFolderRefused(ILogger log, string path, string reason);

    [LoggerMessage(924, LogLevel.Warning, "the folder in which managing began, '{Start}', was deleted; workers start in '{Folder}' now. Set WorkingDirectory to choose another one")]
    internal static partial void DirectoryDeleted(ILogger log, string start, string folder);

    [LoggerMessage(925, LogLevel.Debug, "the program's assemblies are not all kept in the manager's memory, so it may not outlive a build that is copied over their files: {Reason}")]
    internal static partial void AssembliesNotKept(ILogger log, string reason);

    [LoggerMessage(110, LogLevel.Error, "the step {Action} failed; the manager goes on")]
    internal static partial void ActionFailed(ILogger log, Exception exception, string action);

    [LoggerMessage(111, LogLevel.Error, "a handler of the event {Event} failed; the manager goes on")]
    internal static partial void HandlerFailed(ILogger log, Exception exception, string @event);

    [LoggerMessage(112, LogLevel.Information, "{Signals} came in ignored and got the default action back")]
    internal static partial void SignalsReset(ILogger log, string signals);

    [LoggerMessage(113, LogLevel.Information, "this is pid 1: the manager runs as a child (pid {Pid}), signals are passed on to it")]
    internal static partial void InitRelay(ILogger log, int pid);

    [LoggerMessage(200, LogLevel.Information, "worker {Slot} (pid {Pid}) was started, generation {Generation}")]
    internal static partial void WorkerStarted(ILogger log, int slot, int pid, int generation);

    [LoggerMessage(201, LogLevel.Information, "worker {Slot} (pid {Pid}) is ready")]
    internal static partial void WorkerReady(ILogger log, int slot, int pid);

    [LoggerMessage(202, LogLevel.Information, "worker {Slot} (pid {Pid}): draining {Reason}")]
    internal static partial void WorkerDrains(ILogger log, int slot, int pid, string reason);

    internal static void WorkerKilled(ILogger log, int slot, int pid, WorkerExitCause cause, TimeSpan after)
    {
        switch (cause)
        {
            case WorkerExitCause.StartTimeout:
                WorkerNotReady(log, slot, pid, Words.Time(after));
                break;
            case WorkerExitCause.Hung:
                WatchLog.HungWorkerKilled(log, slot, pid, Words.Time(after));
                break;
            case WorkerExitCause.DieTimeout:
                WorkerDoesNotLeave(log, slot, pid, Words.Time(after));
                break;
            default:
                WorkerKilledAtOnce(log, slot, pid, cause);
                break;
        }
    }

    [LoggerMessage(203, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed ({Cause})")]
    private static partial void WorkerKilledAtOnce(ILogger log, int slot, int pid, WorkerExitCause cause);

    [LoggerMessage(206, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (StartTimeout): it was not ready within {After}. Raise StartTimeout, or look at what it does before it waits for its first request")]
    private static partial void WorkerNotReady(ILogger log, int slot, int pid, string after);

    [LoggerMessage(207, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (DieTimeout): it began to drain and has not exited after {After}. Raise DieTimeout if its requests may take longer")]
    private static partial void WorkerDoesNotLeave(ILogger log, int slot, int pid, string after);

    internal static void WorkerEnded(ILogger log, WorkerExit exit, bool unexpected)
    {
        string age = Words.Time(exit.Age);
        string cpu = Words.Time(exit.UserTime + exit.SystemTime);
        string peak = Words.Memory(exit.PeakMemory);
        string noun = Words.Of(exit.Requests, "request");
        if (unexpected)
        {
            WorkerEndedBadly(log, exit.Slot, exit.ProcessId, exit.HowItEnded, exit.Cause, age, exit.Requests, noun, cpu, peak);
        }
        else
        {
            WorkerEndedWell(log, exit.Slot, exit.ProcessId, exit.HowItEnded, exit.Cause, age, exit.Requests, noun, cpu, peak);
        }
    }

    [LoggerMessage(204, LogLevel.Information, "worker {Slot} (pid {Pid}) ended with {End} ({Cause}) after {Age}, {Requests} {Noun}, {Cpu} of CPU, {Peak} at most")]
    private static partial void WorkerEndedWell(ILogger log, int slot, int pid, string end, WorkerExitCause cause, string age, long requests, string noun, string cpu, string peak);

    [LoggerMessage(205, LogLevel.Warning, "worker {Slot} (pid {Pid}) ended with {End} ({Cause}) after {Age}, {Requests} {Noun}, {Cpu} of CPU, {Peak} at most")]
    private static partial void WorkerEndedBadly(ILogger log, int slot, int pid, string end, WorkerExitCause cause, string age, long requests, string noun, string cpu, string peak);
}
