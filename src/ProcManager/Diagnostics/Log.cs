using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Every line of the log. The numbers are stable: 1xx the manager, 2xx its workers, 3xx reload, 4xx crash loops, 5xx inside a worker, 7xx watchdog and rogues, 8xx memory and recycling.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "managing {Count} workers of {Path}")]
    internal static partial void Managing(ILogger log, int count, string path);

    [LoggerMessage(118, LogLevel.Information, "managing up to {Count} workers of {Path} ({Sizing})")]
    internal static partial void ManagingUpTo(ILogger log, int count, string path, PoolSizing sizing);

    [LoggerMessage(119, LogLevel.Information, "ready: a worker is started when a connection waits")]
    internal static partial void ReadyForConnections(ILogger log);

    [LoggerMessage(101, LogLevel.Information, "all {Count} workers are ready")]
    internal static partial void PoolReady(ILogger log, int count);

    [LoggerMessage(102, LogLevel.Information, "stopping: {Workers} workers are told to leave")]
    internal static partial void Stopping(ILogger log, int workers);

    [LoggerMessage(103, LogLevel.Warning, "told to stop again: {Workers} workers are killed now; their requests are lost")]
    internal static partial void KillingAll(ILogger log, int workers);

    [LoggerMessage(104, LogLevel.Information, "all workers are gone; exit code {ExitCode}")]
    internal static partial void ManagerExits(ILogger log, int exitCode);

    [LoggerMessage(105, LogLevel.Information, "{Count} workers are wanted now")]
    internal static partial void Target(ILogger log, int count);

    [LoggerMessage(106, LogLevel.Warning, "{Count} workers are wanted now, which is the limit; allowed: 1 to 2048")]
    internal static partial void TargetAtLimit(ILogger log, int count);

    [LoggerMessage(107, LogLevel.Warning, "the manager itself did not run for {Gap}; nobody is killed for it, all deadlines begin anew")]
    internal static partial void Slept(ILogger log, TimeSpan gap);

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

    [LoggerMessage(202, LogLevel.Information, "worker {Slot} (pid {Pid}) is told to leave: {Cause}")]
    internal static partial void WorkerToldToLeave(ILogger log, int slot, int pid, WorkerExitCause cause);

    internal static void WorkerKilled(ILogger log, int slot, int pid, WorkerExitCause cause, TimeSpan after)
    {
        switch (cause)
        {
            case WorkerExitCause.StartTimeout:
                WorkerNotReady(log, slot, pid, after);
                break;
            case WorkerExitCause.Hung:
                WatchLog.HungWorkerKilled(log, slot, pid, after.TotalSeconds);
                break;
            case WorkerExitCause.DieTimeout:
                WorkerDoesNotLeave(log, slot, pid, after);
                break;
            default:
                WorkerKilledAtOnce(log, slot, pid, cause);
                break;
        }
    }

    [LoggerMessage(203, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed ({Cause})")]
    private static partial void WorkerKilledAtOnce(ILogger log, int slot, int pid, WorkerExitCause cause);

    [LoggerMessage(206, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (StartTimeout): it was not ready within {After}. Raise StartTimeout, or look at what it does before it waits for its first request")]
    private static partial void WorkerNotReady(ILogger log, int slot, int pid, TimeSpan after);

    [LoggerMessage(207, LogLevel.Warning, "worker {Slot} (pid {Pid}) is killed (DieTimeout): it was told to leave and is not gone after {After}. Raise DieTimeout if its requests may take longer")]
    private static partial void WorkerDoesNotLeave(ILogger log, int slot, int pid, TimeSpan after);

    internal static void WorkerEnded(ILogger log, WorkerExit exit, bool unexpected)
    {
        double cpu = (exit.UserTime + exit.SystemTime).TotalSeconds;
        double peak = exit.PeakMemory / 1048576.0;
        if (unexpected)
        {
            WorkerEndedBadly(log, exit.Slot, exit.ProcessId, exit.HowItEnded, exit.Cause, exit.Age.TotalSeconds, exit.Requests, cpu, peak);
        }
        else
        {
            WorkerEndedWell(log, exit.Slot, exit.ProcessId, exit.HowItEnded, exit.Cause, exit.Age.TotalSeconds, exit.Requests, cpu, peak);
        }
    }

    [LoggerMessage(204, LogLevel.Information, "worker {Slot} (pid {Pid}) ended with {End} ({Cause}) after {Age:0.00} s, {Requests} requests, {Cpu:0.00} s of CPU, {Peak:0.0} MiB at most")]
    private static partial void WorkerEndedWell(ILogger log, int slot, int pid, string end, WorkerExitCause cause, double age, long requests, double cpu, double peak);

    [LoggerMessage(205, LogLevel.Warning, "worker {Slot} (pid {Pid}) ended with {End} ({Cause}) after {Age:0.00} s, {Requests} requests, {Cpu:0.00} s of CPU, {Peak:0.0} MiB at most")]
    private static partial void WorkerEndedBadly(ILogger log, int slot, int pid, string end, WorkerExitCause cause, double age, long requests, double cpu, double peak);

    [LoggerMessage(300, LogLevel.Information, "reload to generation {Generation} begins ({Strategy})")]
    internal static partial void ReloadStarted(ILogger log, int generation, ReloadStrategy strategy);

    [LoggerMessage(301, LogLevel.Information, "a reload is under way; another one follows it")]
    internal static partial void ReloadQueued(ILogger log);

    [LoggerMessage(302, LogLevel.Information, "the first new worker ({Slot}) holds; the others are replaced now")]
    internal static partial void CanaryHeld(ILogger log, int slot);

    internal static void ReloadFinished(ILogger log, ReloadOutcome outcome, int generation, string reason, bool ran)
    {
        switch (outcome)
        {
            case ReloadOutcome.Succeeded:
                ReloadSucceeded(log, generation);
                break;
            case ReloadOutcome.Abandoned:
                ReloadAbandoned(log, generation, reason);
                break;
            default:
                (ran ? (Action<ILogger, int, string>)ReloadFailed : ReloadNotStarted)(log, generation, reason);
                break;
        }
    }

    [LoggerMessage(303, LogLevel.Information, "reload to generation {Generation} succeeded")]
    private static partial void ReloadSucceeded(ILogger log, int generation);

    [LoggerMessage(304, LogLevel.Error, "reload to generation {Generation} failed, the workers that serve go on: {Reason}. Look at what the new workers wrote to standard error, mend the program and reload again")]
    private static partial void ReloadFailed(ILogger log, int generation, string reason);

    [LoggerMessage(305, LogLevel.Error, "reload to generation {Generation} failed, the workers that serve go on: {Reason}. See that the program and its working directory are there and may be used, and reload again")]
    private static partial void ReloadNotStarted(ILogger log, int generation, string reason);

    [LoggerMessage(306, LogLevel.Information, "reload to generation {Generation} is abandoned: {Reason}")]
    private static partial void ReloadAbandoned(ILogger log, int generation, string reason);

    [LoggerMessage(400, LogLevel.Error, "crash loop: {Failures} failures within {Window}, the last: {Last}. One worker at a time is tried, the next in {Delay}. Look at what the workers wrote to standard error; a reload tries again at once")]
    internal static partial void CrashLoop(ILogger log, int failures, TimeSpan window, string last, TimeSpan delay);

    internal static void StartRefused(ILogger log, string last, TimeSpan delay, bool passing, bool cannotBind) =>
        (cannotBind ? CrashLog.BindRefused : passing ? (Action<ILogger, string, TimeSpan>)StartRetry : StartImpossible)(log, last, delay);

    [LoggerMessage(401, LogLevel.Warning, "{Last}. Tried again in {Delay}")]
    private static partial void StartRetry(ILogger log, string last, TimeSpan delay);

    [LoggerMessage(404, LogLevel.Error, "{Last}. The workers that serve go on; one start at a time is tried, the next in {Delay}. See that the program and its working directory are there and may be used; a reload tries again at once")]
    private static partial void StartImpossible(ILogger log, string last, TimeSpan delay);

    [LoggerMessage(402, LogLevel.Information, "the pool holds again; the crash loop is over")]
    internal static partial void CrashLoopOver(ILogger log);

    internal static void GivesUp(ILogger log, string path, int failures, string last, bool ran, bool cannotBind)
    {
        if (cannotBind)
        {
            CrashLog.NoAddress(log, path, last);
        }
        else if (ran)
        {
            GivingUp(log, path, failures, last);
        }
        else
        {
            NothingToStart(log, path, last);
        }
    }

    [LoggerMessage(403, LogLevel.Error, "giving up: no worker of {Path} ever became ready, {Failures} failures, the last: {Last}. Look at what the workers wrote to standard error above this line")]
    private static partial void GivingUp(ILogger log, string path, int failures, string last);

    [LoggerMessage(405, LogLevel.Error, "giving up: no worker of {Path} ever became ready: {Last}. See that the program and its working directory are there and may be used")]
    private static partial void NothingToStart(ILogger log, string path, string last);

}
