using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;

namespace ProcManager.Diagnostics;

/// <summary>The last sample of each thread in a trace.</summary>
internal static class SampleReader
{
    internal static IReadOnlyList<ThreadStack> Read(int pid, string trace, string log, CancellationToken token)
    {
        // Names come from the trace itself; nothing is looked up in files or on the network.
        TraceLog.CreateFromEventPipeDataFile(trace, log, new TraceLogOptions { ContinueOnError = true });
        token.ThrowIfCancellationRequested();

        var last = new SortedDictionary<int, (CallStackIndex Stack, bool IsRunning)>();
        using var events = new TraceLog(log);
        foreach (TraceEvent sample in events.Events)
        {
            token.ThrowIfCancellationRequested();
            if (sample is ClrThreadSampleTraceData data)
            {
                last[data.ThreadID] = (data.CallStackIndex(), data.Type == ClrThreadSampleType.Managed);
            }
        }

        return [.. last.Select(t => new ThreadStack(t.Key, TargetProcess.ThreadName(pid, t.Key), t.Value.IsRunning, Frames(events.CallStacks[t.Value.Stack])))];
    }

    private static List<StackFrame> Frames(TraceCallStack? stack)
    {
        var frames = new List<StackFrame>();
        for (; stack is not null; stack = stack.Caller)
        {
            TraceCodeAddress code = stack.CodeAddress;
            string name = code.FullMethodName;
            if (name.Length > 0) // without a name: a piece of code that the runtime made for a call into native code
            {
                frames.Add(new StackFrame(MethodName.Readable(name), ModuleOf(code)));
            }
        }

        return frames;
    }

    private static string ModuleOf(TraceCodeAddress code) => code.ModuleFile?.Name ?? "";
}
