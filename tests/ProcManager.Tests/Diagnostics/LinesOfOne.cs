using ProcManager.Diagnostics;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Diagnostics;

/// <summary>Log lines that tell a number, for one and for two.</summary>
public class LinesOfOne
{
    public static TheoryData<int, string> Lines => new()
    {
        { 1, "managing 1 worker of /app" },
        { 2, "managing 2 workers of /app" },
        { 1, "managing up to 1 worker of /app (Dynamic)" },
        { 1, "ready: 1 worker" },
        { 2, "all 2 workers are ready" },
        { 0, "ready: a worker is started when a connection waits" },
        { 1, "stopping: draining 1 worker" },
        { 2, "stopping: draining 2 workers" },
        { 1, "told to stop again: killing 1 worker now; requests under way are lost" },
        { 1, "1 worker is wanted now" },
        { 5, "5 workers are wanted now" },
        { 1, "at most 1 worker is wanted now" },
        { 1, "1 worker is wanted now, which is the limit; allowed: 1 to 2048" },
        { 1, "the reload waits for 1 old worker with requests under way, up to 1 min each (DieTimeout); with a higher MaxSurge more are replaced at once" },
        { 1, "no worker is free (1 worker busy) and connections wait (1 at this moment). Raise ProcessCount, or find what makes requests slow" },
        { 1, "1 line was lost here: the reader of this log was too slow or away, or the disk was full" },
        { 1, "worker 0 (pid 7) ended with exit code 0 (Stopped) after 1 h 30 min, 1 request, 1.5 s of CPU, 36.5 MiB at most" },
        { 2, "worker 0 (pid 7) ended with exit code 0 (Stopped) after 1 h 30 min, 2 requests, 1.5 s of CPU, 36.5 MiB at most" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_noun_is_of_the_number(int count, string line)
    {
        var log = new ListLogger();
        Log.Managing(log, count, "/app", PoolSizing.Static);
        Log.Managing(log, count, "/app", PoolSizing.Dynamic);
        Log.PoolReady(log, count);
        Log.Stopping(log, count);
        Log.KillingAll(log, count);
        Log.Target(log, count, atLimit: false, isStatic: true);
        Log.Target(log, count, atLimit: false, isStatic: false);
        Log.Target(log, count, atLimit: true, isStatic: true);
        Log.LinesLost(log, count);
        CrashLog.ReloadWaits(log, count, TimeSpan.FromMinutes(1));
        CrashLog.Full(log, count, count);
        Log.WorkerEnded(
            log,
            new WorkerExit
            {
                Slot = 0,
                ProcessId = 7,
                Generation = 1,
                Cause = WorkerExitCause.Stopped,
                ExitCode = 0,
                Age = TimeSpan.FromMinutes(90),
                UserTime = TimeSpan.FromSeconds(1.5),
                PeakMemory = 38273024,
                Requests = count,
            },
            unexpected: false);
        log.Lines.Should().Contain(line);
    }
}
