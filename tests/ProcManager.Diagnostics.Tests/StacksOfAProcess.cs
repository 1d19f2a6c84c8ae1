using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.Diagnostics.Tests;

/// <summary>Real processes, stuck in the ways in which workers get stuck.</summary>
public class StacksOfAProcess(ITestOutputHelper output)
{
    private const string In = "    ProcManager.Diagnostics.TestTarget.";

    [Fact]
    public async Task Threads_with_equal_stacks_are_told_once_with_their_number()
    {
        await using Target target = await Target.Stuck("sleep", "3");
        string text = await Captures.Of(target.Pid, output);

        string[] block = text.Block("SleepForever()");
        block[0].Should().MatchRegex(@"^3 threads: \d+, \d+, \d+ \(sleeper\)$");
        block[1].Should().Be("    System.Threading.Thread.Sleep(int)");
        block[2].Should().Be(In + "Sleeping.SleepForever()");
        target.Leftovers.Should().BeEmpty();
    }

    [Fact]
    public async Task The_thread_that_waits_for_a_lock_and_the_one_that_holds_it_are_seen()
    {
        await using Target target = await Target.Stuck("lock");
        string text = await Captures.Of(target.Pid, output);

        text.Block("HoldTheLock()")[0].Should().MatchRegex(@"^thread \d+ \(owner\)$");
        string[] waiter = text.Block("Locked.WaitForTheLock");
        waiter[0].Should().MatchRegex(@"^thread \d+ \(waiter\)$");
        waiter.Should().Contain(In + "Locked.WaitForTheLock(string, List<int>)");
        waiter.Should().ContainMatch("    System.Threading.Lock.*");
        waiter[^1].Should().Be("    System.Threading.Thread.StartCallback()", "the innermost frame is first");
    }

    [Fact]
    public async Task Both_sides_of_a_deadlock_are_seen()
    {
        await using Target target = await Target.Stuck("deadlock");
        string text = await Captures.Of(target.Pid, output);

        foreach (string side in new[] { "Deadlock.FirstThenSecond()", "Deadlock.SecondThenFirst()" })
        {
            string[] block = text.Block(side);
            block[1].Should().StartWith("    System.Threading.Monitor.Enter");
            block.Should().ContainInConsecutiveOrder(In + "Deadlock.TakeBoth(object, object)", In + side);
        }
    }

    [Fact]
    public async Task A_thread_on_the_processor_is_called_running()
    {
        await using Target target = await Target.Stuck("spin");
        string text = await Captures.Of(target.Pid, output);

        string[] block = text.Block("SpinForever()");
        block[0].Should().MatchRegex(@"^thread \d+ \(spinner\), running$");
        block[1].Should().Be(In + "Spinning.SpinForever()");
    }

    [Fact]
    public async Task What_awaits_has_no_thread_and_the_text_says_so()
    {
        await using Target target = await Target.Stuck("await");
        string text = await Captures.Of(target.Pid, output);

        text.Block("Program.<Main>(string[])")[0].Should().StartWith($"thread {target.Pid} (");
        text.Should().Contain("\nthe first thread waits for a task, and the thread pool has no work:");
    }

    [Fact]
    public async Task The_programs_own_threads_come_first_and_those_without_work_last()
    {
        await using Target target = await Target.Stuck("pool");
        string text = await Captures.Of(target.Pid, output);

        text.Split('\n')[0].Should().MatchRegex($@"^\d+ threads of process {target.Pid} \(ProcManager\.Dia\) with \d+ different stacks, taken in \d+ ms$");
        int border = text.IndexOf("\n--- threads without work, and threads of ProcManager ---\n", StringComparison.Ordinal);
        int framework = text.IndexOf("(framework)", StringComparison.Ordinal);
        text.IndexOf("Pool.BlockTheThread()", StringComparison.Ordinal).Should().BeInRange(0, framework);
        framework.Should().BeInRange(0, border);
        text.IndexOf("PortableThreadPool.GateThread.GateThreadStart()", StringComparison.Ordinal).Should().BeGreaterThan(border).And.BePositive();
    }

    [Fact]
    public async Task The_text_has_an_end_however_many_and_deep_the_stacks_are()
    {
        await using Target target = await Target.Stuck("deep", "100");
        string text = await Captures.Of(target.Pid, output);

        Encoding.UTF8.GetByteCount(text).Should().BeInRange(32 * 1024, 64 * 1024);
        text.Should().Contain("\n    … the runtime tells no more\n").And.MatchRegex(@"\n\n… \d+ more blocks left out: [^\n]+$");
        Regex.Count(text, @"^thread \d+ \(deep\)$", RegexOptions.Multiline).Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task A_process_can_be_looked_into_again_and_again_and_goes_on()
    {
        await using Target target = await Target.Stuck("spin");
        for (int i = 0; i < 3; i++)
        {
            (await Captures.Of(target.Pid, output)).Should().Contain("SpinForever()");
        }

        Native.IsAlive(target.Pid).Should().BeTrue();
        target.Leftovers.Should().BeEmpty();
    }
}
