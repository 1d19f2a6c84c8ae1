using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcManager.Diagnostics;

/// <summary>Has the runtime of another process sample its threads, and writes what it says into a file.</summary>
internal static class TraceRecorder
{
    private const int BufferMegabytes = 256; // a limit, not what is taken: too small a one loses the names of methods

    /// <param name="pid">The process.</param>
    /// <param name="length">How long to sample; the runtime does it every millisecond.</param>
    /// <param name="file">Written anew.</param>
    /// <param name="step">Told how far it is.</param>
    /// <param name="token">The runtime may never answer.</param>
    internal static async Task Record(int pid, TimeSpan length, string file, CaptureStep step, CancellationToken token)
    {
        step.Now = CaptureStep.Starting;
        EventPipeProvider sampler = new("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational);
        EventPipeSession session = await new DiagnosticsClient(pid).StartEventPipeSessionAsync([sampler], requestRundown: true, BufferMegabytes, token).ConfigureAwait(false);

        // The session itself is not disposed: that would stop it once more with a wait that has no end. Its stream is all it has.
        step.Now = CaptureStep.Stopping;
        Stream events = session.EventStream;
        await using (events.ConfigureAwait(false))
        {
            var trace = new FileStream(file, FileMode.Create, FileAccess.Write);
            await using (trace.ConfigureAwait(false))
            {
                // Read on while it stops: the runtime writes all its method names then, and waits when nobody takes them.
                Task copying = events.CopyToAsync(trace, token);
                await Task.Delay(length, token).ConfigureAwait(false);
                await Task.WhenAll(session.StopAsync(token), copying).ConfigureAwait(false);
            }
        }
    }
}
