using System.Text;

namespace ProcManager.Diagnostics.Tests;

/// <summary>The text, without a process.</summary>
public class TextOfStacks
{
    private static readonly StackFrame Handler = new("Shop.Cart.Add(int)", "Shop");
    private static readonly StackFrame Sleep = new("System.Threading.Thread.Sleep(int)", "System.Private.CoreLib");
    private static readonly StackFrame Wait = new("System.Threading.LowLevelLifoSemaphore.Wait(int, bool)", "System.Private.CoreLib");
    private static readonly StackFrame Work = new("System.Threading.ThreadPoolWorkQueue.Dispatch()", "System.Private.CoreLib");
    private static readonly StackFrame Loop = new("System.Threading.PortableThreadPool.WorkerThread.WorkerThreadStart()", "System.Private.CoreLib");
    private static readonly StackFrame Lifeline = new("ProcManager.Worker.Lifeline.Read()", "ProcManager");
    private static readonly StackFrame Accept = new("ProcManager.ProcessManager.Accept(Socket)", "ProcManager");
    private static readonly StackFrame Stub = new("dynamicClass.IL_STUB_PInvoke(int)", "");

    [Fact]
    public void Equal_stacks_are_one_block_and_the_order_is_program_framework_background()
    {
        string text = Of(
            Thread(1, "main", Wait, Loop),
            Thread(2, "life", Lifeline),
            Thread(3, "a", Sleep, Work, Loop),
            Thread(4, "b", Sleep, Handler),
            Thread(5, "c", Sleep, Handler),
            Thread(6, "d", Handler));

        text[(text.IndexOf('\n') + 1)..].Should().Be("""

            2 threads: 4, 5
                System.Threading.Thread.Sleep(int)
                Shop.Cart.Add(int)

            thread 6 (d)
                Shop.Cart.Add(int)

            thread 3 (a)
                System.Threading.Thread.Sleep(int)
                System.Threading.ThreadPoolWorkQueue.Dispatch()
                System.Threading.PortableThreadPool.WorkerThread.WorkerThreadStart()

            --- threads without work, and threads of ProcManager ---

            thread 1 (main)
                System.Threading.LowLevelLifoSemaphore.Wait(int, bool)
                System.Threading.PortableThreadPool.WorkerThread.WorkerThreadStart()

            thread 2 (life)
                ProcManager.Worker.Lifeline.Read()
            """);
    }

    [Fact]
    public void A_thread_that_runs_is_not_folded_with_those_that_wait() =>
        Of(Thread(1, "a", Handler), Thread(2, "a", Handler) with { IsRunning = true }).Should().Contain("thread 1 (a)\n").And.Contain("thread 2 (a), running\n");

    [Fact]
    public void The_programs_thread_that_waits_in_the_library_is_the_programs()
    {
        StackRanks.Of([Accept, Handler]).Should().Be(StackRank.Program);
        StackRanks.Of([Stub, Accept]).Should().Be(StackRank.Background);
        StackRanks.Of([]).Should().Be(StackRank.Background);
        StackRanks.Of([Sleep]).Should().Be(StackRank.Framework);
    }

    [Fact]
    public void Many_threads_are_counted_but_not_all_named() =>
        Of([.. Enumerable.Range(1, 30).Select(i => Thread(i, "pool", Handler))]).Should().Contain("30 threads: 1, 2,").And.Contain(", 20, … (pool)\n");

    [Fact]
    public void Whole_blocks_are_left_out_when_the_text_is_too_long()
    {
        string text = string.Join("\n\n", Enumerable.Range(0, 100).Select(static i => $"block {i}\n    ünïcödé"));
        string cut = StackText.Cut(text, 1000);

        Encoding.UTF8.GetByteCount(cut).Should().BeLessThanOrEqualTo(1000);
        string[] blocks = cut.Split("\n\n");
        blocks[..^1].Should().AllSatisfy(static b => b.Should().EndWith("ünïcödé")).And.HaveCountGreaterThan(20);
        blocks[^1].Should().Be($"… {100 - (blocks.Length - 1)} more blocks left out: the text has an end at 64 KiB");
        StackText.Cut(cut, 1000).Should().Be(cut, "what fits is not touched");
    }

    [Theory]
    [InlineData("A.B.Run()", "A.B.Run()")]
    [InlineData("A.B+C.Run(class System.String,int32[])", "A.B.C.Run(string, int[])")]
    [InlineData("A.B`1[System.__Canon].Run(!0,value class System.Threading.CancellationToken)", "A.B[System.__Canon].Run(!0, CancellationToken)")]
    [InlineData("A.B.<Run>g__Inner|1_0(int32&,int32[,],unsigned int8,class System.Object)", "A.B.<Run>g__Inner|1_0(int&, int[,], byte, object)")]
    [InlineData("A.B.Run(class System.Collections.Generic.Dictionary`2<class System.String,class A.List`1<int64[]>>)", "A.B.Run(Dictionary<string, List<long[]>>)")]
    [InlineData("A.B.I<(x)>.Run(float64)", "A.B.I<(x)>.Run(double)")]
    [InlineData("A.B.classify(class A.B+classified)", "A.B.classify(classified)")]
    [InlineData("A.B+<Run>d__5.MoveNext()", "A.B.<Run>d__5.MoveNext()")]
    [InlineData("no parameters", "no parameters")]
    [InlineData("bad)", "bad)")]
    [InlineData("line\nbreak()", "line?break()")]
    [InlineData("", "")]
    public void Methods_are_written_as_people_write_them(string full, string readable) => MethodName.Readable(full).Should().Be(readable);

    private static string Of(params ThreadStack[] stacks) => StackText.Of(int.MaxValue, stacks, TimeSpan.FromMilliseconds(1));

    private static ThreadStack Thread(int id, string name, params StackFrame[] frames) => new(id, name, false, frames);
}
