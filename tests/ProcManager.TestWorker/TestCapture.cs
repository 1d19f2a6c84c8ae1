namespace ProcManager.TestWorker;

/// <summary>A capture that does what the switch says.</summary>
internal sealed class TestCapture(string what) : IWorkerCapture
{
    public string Capture(WorkerCaptureRequest request, CancellationToken cancellationToken)
    {
        switch (what)
        {
            case "hang": // and does not heed its time limit
                Console.Error.WriteLine($"capturing in {Environment.ProcessId}");
                Thread.Sleep(Timeout.Infinite);
                return "";
            case "throw":
                throw new InvalidOperationException("asked to throw");
            case "crash":
                Environment.FailFast("asked to crash");
                return "";
            case "many-lines":
                return string.Join('\n', Enumerable.Range(0, 2000).Select(static i => $"frame {i:D4} {new string('x', 50)}"));
            case "user":
                return File.ReadLines("/proc/self/status").First(static l => l.StartsWith("Uid", StringComparison.Ordinal));
            case "large":
                return new string('x', 1 << 20);
            default:
                return $"looked into {request.ProcessId} within {request.Timeout.TotalSeconds} s";
        }
    }
}
