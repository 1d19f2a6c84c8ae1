namespace ProcManager.Diagnostics;

/// <summary>How likely a stack is what one looks for: the text is written in this order.</summary>
internal enum StackRank
{
    /// <summary>Code of the program is on it.</summary>
    Program,

    /// <summary>The framework at work, on behalf of a program that is not on the stack, such as what goes on after an await.</summary>
    Framework,

    /// <summary>Threads of ProcManager itself, and threads of the runtime that have nothing to do.</summary>
    Background,
}

internal static class StackRanks
{
    private static readonly string[] Ours =
    [
        "ProcManager", "ProcManager.FastCgi", "ProcManager.FastCgi.AspNetCore", "ProcManager.AspNetCore", "ProcManager.Diagnostics", "ProcManager.Services",
    ];

    /// <summary>Loops of the runtime in which a thread without work waits; the ones that run work have it above them.</summary>
    private static readonly string[] Loops =
    [
        "System.Threading.PortableThreadPool.GateThread.",
        "System.Threading.PortableThreadPool.WaitThread.",
        "System.Threading.TimerQueue.TimerThread(",
        "System.Net.Sockets.SocketAsyncEngine.EventLoop(",
        "System.IO.FileSystemWatcher.RunningInstance.ProcessEvents(",
        "Microsoft.Extensions.Logging.Console.ConsoleLoggerProcessor.ProcessLogQueue(",
    ];

    private const string PoolLoop = "System.Threading.PortableThreadPool.WorkerThread.WorkerThreadStart(";
    private const string PoolWork = "System.Threading.ThreadPoolWorkQueue.Dispatch(";

    internal static StackRank Of(IReadOnlyList<StackFrame> frames)
    {
        if (frames.Any(static f => IsProgram(f)))
        {
            return StackRank.Program;
        }

        return frames.Any(static f => Ours.Contains(f.Module)) || IsIdle(frames) ? StackRank.Background : StackRank.Framework;
    }

    /// <summary>A thread of the pool that has something to do.</summary>
    internal static bool IsPoolWork(IReadOnlyList<StackFrame> frames) => Has(frames, PoolWork);

    private static bool IsProgram(StackFrame frame) =>
        frame.Module.Length > 0 && !Ours.Contains(frame.Module) && !IsFramework(frame.Module) && !frame.Method.StartsWith("dynamicClass.", StringComparison.Ordinal);

    private static bool IsFramework(string module) =>
        module is "System" or "mscorlib" or "netstandard" || module.StartsWith("System.", StringComparison.Ordinal) || module.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static bool IsIdle(IReadOnlyList<StackFrame> frames) =>
        frames.Count == 0
        || frames.Any(static f => Loops.Any(l => f.Method.StartsWith(l, StringComparison.Ordinal)))
        || (Has(frames, PoolLoop) && !IsPoolWork(frames));

    private static bool Has(IReadOnlyList<StackFrame> frames, string start) => frames.Any(f => f.Method.StartsWith(start, StringComparison.Ordinal));
}
