using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines of a pool of one request a process, and of queues: 1020 to 1037. What comes with each request is at debug level.</summary>
internal static partial class PerRequestLog
{
    internal static void GivenUp(ILogger log, int count) => GivenUp(log, count, Words.Of(count, "connection"));

    [LoggerMessage(1020, LogLevel.Warning, "{Count} {Connections} that waited for a worker are closed: the pool stops. A DrainDelay gives load balancers the time to send new ones elsewhere")]
    private static partial void GivenUp(ILogger log, int count, string connections);

    [LoggerMessage(1037, LogLevel.Warning, "ProcessCount is 0: all requests share this one process, and Sizing PerRequest has no effect. Set ProcessCount to 1 or more")]
    internal static partial void NotIsolated(ILogger log);

    [LoggerMessage(1021, LogLevel.Warning, "a connection could not be handed to worker {Slot} (pid {Pid}), another worker gets it: {Reason}")]
    internal static partial void NotHanded(ILogger log, int slot, int pid, string reason);

    internal static void Paused(ILogger log, int count, bool isAgain)
    {
        if (isAgain)
        {
            PausedAgain(log, count, WorkersHave(count));
        }
        else
        {
            Paused(log, count, WorkersHave(count));
        }
    }

    [LoggerMessage(1022, LogLevel.Warning, "{Count} {Workers} a request, which is the maximum: the manager accepts no more connections until one has ended; they wait in the queues of the listeners. Raise MaxCount if this lasts")]
    private static partial void Paused(ILogger log, int count, string workers);

    [LoggerMessage(1023, LogLevel.Debug, "{Count} {Workers} a request, which is the maximum")]
    private static partial void PausedAgain(ILogger log, int count, string workers);

    private static string WorkersHave(int count) => count == 1 ? "worker has" : "workers have";

    internal static void Resumed(ILogger log, bool isAgain)
    {
        if (isAgain)
        {
            ResumedAgain(log);
        }
        else
        {
            Resumed(log);
        }
    }

    [LoggerMessage(1024, LogLevel.Information, "the manager accepts connections again")]
    private static partial void Resumed(ILogger log);

    [LoggerMessage(1025, LogLevel.Debug, "the manager accepts connections again (as so often within a moment)")]
    private static partial void ResumedAgain(ILogger log);

    [LoggerMessage(1026, LogLevel.Debug, "worker {Slot} (pid {Pid}) was started, generation {Generation}")]
    internal static partial void Started(ILogger log, int slot, int pid, int generation);

    [LoggerMessage(1027, LogLevel.Debug, "worker {Slot} (pid {Pid}) waits for a connection")]
    internal static partial void Waits(ILogger log, int slot, int pid);

    internal static void Ended(ILogger log, WorkerExit exit) =>
        Ended(log, exit.Slot, exit.ProcessId, exit.HowItEnded, Words.Time(exit.Age), exit.Requests, Words.Of(exit.Requests, "request"), Words.Time(exit.UserTime + exit.SystemTime), Words.Memory(exit.PeakMemory));

    [LoggerMessage(1028, LogLevel.Debug, "worker {Slot} (pid {Pid}) ended with {End} after {Age}, {Requests} {Noun}, {Cpu} of CPU, {Peak} at most")]
    private static partial void Ended(ILogger log, int slot, int pid, string end, string age, long requests, string noun, string cpu, string peak);

    [LoggerMessage(1029, LogLevel.Debug, "safe exit after the last request")]
    internal static partial void LastRequest(ILogger log);

    [LoggerMessage(1030, LogLevel.Warning, "no descriptor is left for the connection that this worker was handed: the worker leaves, and another one gets it. Raise the limit of open files (ulimit -n, LimitNOFILE=)")]
    internal static partial void NoDescriptor(ILogger log);

    [LoggerMessage(1031, LogLevel.Warning, "a connection is closed: {Tries} workers, one after the other, ended or failed before they had read it")]
    internal static partial void GivenUpUnread(ILogger log, int tries);

    [LoggerMessage(1032, LogLevel.Warning, "a connection with {Length} bytes of data is closed, it can be handed to no worker: {Reason}. If the message is too long, raise net.core.wmem_max to 131072")]
    internal static partial void Lost(ILogger log, int length, string reason);

    [LoggerMessage(1033, LogLevel.Error, "no connection can be accepted on the listener {Name} any more: {Reason}. Do not shut or close a socket of Listen in the manager; restart the program to have it back")]
    internal static partial void ListenerBroken(ILogger log, string name, string reason);

    [LoggerMessage(1034, LogLevel.Warning, "a connection that worker {Slot} (pid {Pid}) has not read is closed: the manager ends, and has had no descriptor for it. Raise the limit of open files (ulimit -n, LimitNOFILE=)")]
    internal static partial void NotTakenBack(ILogger log, int slot, int pid);

    internal static void QueueFull(ILogger log, string name, int count, int backlog) => QueueFull(log, name, count, count == 1 ? "connection waits" : "connections wait", backlog);

    [LoggerMessage(1035, LogLevel.Warning, "the queue of the listener {Name} is full: {Count} {Connections}, its backlog is {Backlog}. Further clients are refused or time out. Let more workers serve (MaxCount; ProcessCount in a static pool), or raise the Backlog of Listen and net.core.somaxconn: the smaller one counts")]
    private static partial void QueueFull(ILogger log, string name, int count, string connections, int backlog);

    [LoggerMessage(1036, LogLevel.Debug, "worker {Slot} (pid {Pid}) has begun to crash")]
    internal static partial void Crashing(ILogger log, int slot, int pid);
}
