using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace ProcManager.Diagnostics;

/// <summary>
/// Takes the managed stacks of all threads of a worker, and a dump when one is wanted, through the diagnostics port of its runtime.
/// <code>manager.UseCapture(new StackCapture());</code>
/// </summary>
/// <remarks>
/// The worker goes on: its threads are held for some milliseconds. Only threads have stacks: a request that awaits something has none, and is not seen.
/// Native frames are not seen either. A worker that was started with <c>DOTNET_EnableDiagnostics=0</c> cannot be looked into.
/// Nor can a worker compiled by NativeAOT: it has no diagnostics port. The text then says so, and what the kernel tells of the threads.
/// </remarks>
public sealed class StackCapture : IWorkerCapture
{
    /// <summary>
    /// The stacks as text of at most 64 KiB, or a line that says why there are none. It comes within the time of the request, whatever the worker does.
    /// </summary>
    /// <param name="request">Which process, how long it may take, and where a dump goes.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> has fired. No other exception is thrown for what goes wrong.</exception>
    public string Capture(WorkerCaptureRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return StackText.Cut(Failure.OfNativeAot(request.ProcessId, request.DumpFile is not null), StackText.MaximumBytes);
        }

        // A tenth is kept for this process: whoever gave the time also waits for its start and its end.
        bool unlimited = request.Timeout == TimeLimit.None;
        TimeSpan all = unlimited ? TimeLimit.None : request.Timeout * 0.9;
        if (request.DumpFile is not { } file)
        {
            return StackText.Cut(Stacks(request.ProcessId, all, cancellationToken), StackText.MaximumBytes);
        }

        // Half is for the dump: it may work where the runtime cannot hold its threads.
        long begin = Stopwatch.GetTimestamp();
        string stacks = Stacks(request.ProcessId, unlimited ? all : all / 2, cancellationToken);
        TimeSpan rest = all - Stopwatch.GetElapsedTime(begin);
        using var limit = new TimeLimit(unlimited ? all : rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken);
        string dump = "\n\n" + Dump.Write(request.ProcessId, file, limit);
        return StackText.Cut(stacks, StackText.MaximumBytes - Encoding.UTF8.GetByteCount(dump)) + dump;
    }

    private static string Stacks(int pid, TimeSpan time, CancellationToken cancellationToken)
    {
        using var limit = new TimeLimit(time, cancellationToken);
        var step = new CaptureStep();
        try
        {
            long begin = Stopwatch.GetTimestamp();
            using var folder = new TraceFolder(pid);
            IReadOnlyList<ThreadStack> stacks = limit.Run(token => Take(pid, folder, step, token));
            return StackText.Of(pid, stacks, Stopwatch.GetElapsedTime(begin));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Failure.OfStacks(pid, e, step.Now, limit.Length);
        }
    }

    /// <summary>On a machine with other work to do the sampler may not get its turn at once: then the trace is longer the next time.</summary>
    private static async Task<IReadOnlyList<ThreadStack>> Take(int pid, TraceFolder folder, CaptureStep step, CancellationToken token)
    {
        for (TimeSpan length = TimeSpan.FromMilliseconds(10); ; length *= 5)
        {
            await TraceRecorder.Record(pid, length, folder.Trace, step, token).ConfigureAwait(false);
            step.Now = CaptureStep.Reading;
            IReadOnlyList<ThreadStack> stacks = SampleReader.Read(pid, folder.Trace, folder.Log, token);
            if (stacks.Count > 0)
            {
                return stacks;
            }
        }
    }
}
