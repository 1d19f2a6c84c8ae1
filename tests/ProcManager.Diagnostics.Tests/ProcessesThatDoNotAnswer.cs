using Xunit.Abstractions;

namespace ProcManager.Diagnostics.Tests;

/// <summary>Whatever the process is or does: a text, in time, and nothing left behind.</summary>
public class ProcessesThatDoNotAnswer(ITestOutputHelper output)
{
    [Fact]
    public async Task A_stopped_one_is_given_up_in_time_and_the_text_says_why()
    {
        await using Target target = await Target.Stuck("sleep", "2");
        await target.Stop();
        string text = await Captures.Of(target.Pid, output, seconds: 2);

        text.Should().StartWith($"no answer from the runtime of process {target.Pid} within 1.8 s; it is stopped (state T)");
        text.Should().MatchRegex(@"\n    2 threads: \d+, \d+ \(sleeper\), state T", "the kernel still knows the threads");
        target.Leftovers.Should().BeEmpty();

        target.Continue();
        (await Captures.Of(target.Pid, output)).Should().Contain("SleepForever()", "nothing is broken for the next look");
    }

    [Fact]
    public async Task A_look_that_nobody_waits_for_any_more_ends()
    {
        await using Target target = await Target.Stuck("sleep", "1");
        await target.Stop();
        using var source = new CancellationTokenSource();
        Task<string> capture = Task.Run(() => new StackCapture().Capture(new WorkerCaptureRequest(target.Pid, Timeout.InfiniteTimeSpan, null), source.Token));
        await Until.True(() => target.Leftovers.Count == 1, "the capture has begun");
        await source.CancelAsync();

        Func<Task> end = () => capture.WaitAsync(TimeSpan.FromSeconds(30));
        (await end.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        target.Leftovers.Should().BeEmpty();
    }

    [Fact]
    public void One_that_was_given_up_before_is_not_asked()
    {
        Action capture = () => new StackCapture().Capture(new WorkerCaptureRequest(1, TimeSpan.FromSeconds(1), null), new CancellationToken(canceled: true));
        capture.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public async Task A_program_that_is_none_of_dotnet_is_named()
    {
        await using Target target = Target.Foreign();
        (await Captures.Of(target.Pid, output)).Should().StartWith($"no stacks: no .NET runtime answers for process {target.Pid} (sleep). It is another kind of program");
        target.Leftovers.Should().BeEmpty();
    }

    [Theory]
    [InlineData(int.MaxValue)] // above what the kernel gives out
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_process_that_does_not_exist_is_said_to_be_missing(int pid) => (await Captures.Of(pid, output)).Should().Be($"no stacks: there is no process {pid}");

    [Fact]
    public async Task A_runtime_that_begins_a_trace_and_never_ends_it_is_given_up()
    {
        await using Target target = Target.Foreign();
        await using var runtime = new FakeRuntime(target.Pid);
        runtime.Answer(FakeRuntime.Started);
        (await Captures.Of(target.Pid, output, seconds: 4)).Should().StartWith($"no answer from the runtime of process {target.Pid} within 3.6 s; it has begun a trace and does not end it");
        target.Leftovers.Should().BeEmpty();
    }

    [Fact]
    public async Task A_refusal_is_told()
    {
        await using Target target = Target.Foreign();
        await using var runtime = new FakeRuntime(target.Pid);
        runtime.Answer(FakeRuntime.UnknownCommand);
        (await Captures.Of(target.Pid, output)).Should().StartWith($"no stacks: the runtime of process {target.Pid} (sleep) refuses: ");
    }

    [Fact]
    public async Task Nonsense_for_an_answer_is_no_exception()
    {
        await using Target target = Target.Foreign();
        await using var runtime = new FakeRuntime(target.Pid);
        runtime.Answer([.. Enumerable.Repeat((byte)'x', 100)], thenClose: true);
        (await Captures.Of(target.Pid, output)).Should().StartWith("no stacks: ").And.Contain($"process {target.Pid} (sleep)");
    }

    [Fact]
    public async Task A_trace_that_cannot_be_read_is_no_exception()
    {
        await using Target target = Target.Foreign();
        await using var runtime = new FakeRuntime(target.Pid);
        runtime.Answer([.. FakeRuntime.Started, .. "this is no trace"u8], thenClose: true);
        (await Captures.Of(target.Pid, output)).Should().StartWith("no stacks: ").And.Contain($"process {target.Pid} (sleep)");
        target.Leftovers.Should().BeEmpty();
    }
}
