using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A host's factory of loggers gets the messages of its process while it lives.</summary>
[Trait("Row", "A1.13")]
public class LoggersOfAHost(ITestOutputHelper output)
{
    private static readonly string[] One = ["--ProcessManager:ProcessCount=1", "--commands=yes", "--events=yes"];

    [Theory]
    [InlineData("prints")]
    [InlineData("late")]
    public async Task It_gets_the_messages_of_manager_and_worker_and_standard_error_those_after_its_end(string kind)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. One, $"--factory={kind}"] });
        await managed.ReadyByEvents();
        await managed.Log.Find("^factory ProcManager 100 managing 1 worker of ");
        await managed.Log.Find("^factory ProcManager 101 ready: 1 worker$");
        managed.Count(@"ProcManager\.TestWorker: ").Should().Be(0, "nothing goes to standard error");
        managed.Command("dispose-factory");
        await managed.Log.Find("^factory disposed");
        int killed = managed.Workers[0];
        Native.Send(killed, Native.Kill);
        await managed.Log.FindCount("^event ready", 2);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);

        foreach (string line in new[] { $@"worker 0 \(pid {killed}\) ended with SIGKILL", @"worker 0 \(pid \d+\) was started", @"worker 0 \(pid \d+\) is ready", "stopping: draining 1 worker", "all workers are gone; exit code 0" })
        {
            await managed.Log.Find($@"\+\d\d:\d\d ProcManager\.TestWorker: manager \(pid {managed.Pid}\): {line}");
        }

        managed.Count("the host's logger failed|were lost|was lost").Should().Be(0);
        await managed.Log.Find("^factory ProcManager 501 safe exit after SIGTERM"); // in the worker, whose factory lives
    }

    [Fact]
    public async Task One_that_throws_loses_no_message()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. One, "--factory=throws"] });
        await managed.Ready();
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        await managed.Log.Find(@"worker 0 \(pid \d+\): safe exit after SIGTERM \(the host's logger failed: a faulty logger\)$");
        await managed.Log.Find(@"all workers are gone; exit code 0 \(the host's logger failed: a faulty logger\)$");
    }
}
