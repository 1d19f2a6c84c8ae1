using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager;

public partial class ProcessManager
{
    private IWorkerCapture? _capturer;

    /// <summary>
    /// Says how the stacks of a hung worker are taken (<see cref="WatchdogSteps.Capture"/>), such as by <c>StackCapture</c> of the package ProcManager.Diagnostics. To be
    /// called before the other work of <c>Main</c>, at the latest before <see cref="Manage()"/>: the manager starts this program once more
    /// for it, and that process looks into the worker and ends in here. Without it the log gets what <c>/proc</c> tells of the worker's threads.
    /// </summary>
    /// <param name="capture">What looks into the worker.</param>
    public void UseCapture(IWorkerCapture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        _capturer = capture;
        if (_capture is { } record)
        {
            Environment.ExitCode = Look(capture, record);
            ExitProcess(Environment.ExitCode);
        }
    }

    // capturing process
    private static int Look(IWorkerCapture capture, CaptureRecord record)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(record.Milliseconds);
        using var cancellation = new CancellationTokenSource(timeout);
        string text;
        int code = 0;
        try
        {
            text = capture.Capture(new WorkerCaptureRequest(record.Worker, timeout, record.DumpFile), cancellation.Token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            text = $"the capture failed: {e.GetType().Name}: {e.Message}";
            code = 1;
        }

        Descriptors.WriteAll(record.Output, System.Text.Encoding.UTF8.GetBytes(text));
        return code;
    }
}
