using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <content>The lines about reloads, and about programs that cannot start.</content>
internal static partial class Log
{
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

    internal static void CrashLoop(ILogger log, int failures, TimeSpan window, string last, TimeSpan delay) => CrashLoop(log, failures, Words.Time(window), last, Words.Time(delay));

    [LoggerMessage(400, LogLevel.Error, "crash loop: {Failures} failures within {Window}, the last: {Last}. One worker at a time is tried, the next in {Delay}. Look at what the workers wrote to standard error; a reload tries again at once")]
    private static partial void CrashLoop(ILogger log, int failures, string window, string last, string delay);

    internal static void StartRefused(ILogger log, string last, TimeSpan delay, bool passing, bool cannotBind) =>
        (cannotBind ? CrashLog.BindRefused : passing ? (Action<ILogger, string, string>)StartRetry : StartImpossible)(log, last, Words.Time(delay));

    [LoggerMessage(401, LogLevel.Warning, "{Last}. Tried again in {Delay}")]
    private static partial void StartRetry(ILogger log, string last, string delay);

    [LoggerMessage(404, LogLevel.Error, "{Last}. The workers that serve go on; one start at a time is tried, the next in {Delay}. See that the program and its working directory are there and may be used; a reload tries again at once")]
    private static partial void StartImpossible(ILogger log, string last, string delay);

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
