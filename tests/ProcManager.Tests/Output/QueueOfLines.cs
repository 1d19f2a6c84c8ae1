using System.Collections.Concurrent;
using System.Text;
using ProcManager.Output;

namespace ProcManager.Tests.Output;

#pragma warning disable CA1001, CA2213 // the queue's thread may use them to the end of the process
public sealed class QueueOfLines : IDisposable
#pragma warning restore CA1001, CA2213
{
    private readonly ConcurrentQueue<string> _written = new();
    private readonly ManualResetEventSlim _open = new();
    private readonly SemaphoreSlim _begun = new(0);
    private volatile bool _fails;

    [Fact]
    public void Lines_are_written_in_order_and_a_flush_waits_for_them()
    {
        _open.Set();
        OutputQueue queue = Queue();
        for (int i = 0; i < 100; i++)
        {
            Add(queue, $"{i}\n");
        }

        queue.Flush(TimeSpan.FromSeconds(30));
        _written.Should().Equal(Enumerable.Range(0, 100).Select(static i => $"{i}\n"));
    }

    [Fact]
    public void A_log_that_takes_nothing_holds_no_caller_and_lost_lines_are_counted_in_their_place()
    {
        OutputQueue queue = Queue();
        Add(queue, "first\n");
        _begun.Wait();
        string block = string.Concat(Enumerable.Repeat(new string('x', 1023) + "\n", 64));
        for (int i = 0; i < 100; i++)
        {
            Add(queue, block); // 6.4 MB; 1 MiB is kept
        }

        Add(queue, "last\n");
        _open.Set();
        queue.Flush(TimeSpan.FromSeconds(30));
        string[] written = [.. _written];
        written[0].Should().Be("first\n");
        written[^1].Should().Be("last\n");
        long lost = long.Parse(written[1].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        (lost + written.Count(w => w == block) * 64).Should().Be(6400);
        written.Where(w => w == block).Sum(static w => w.Length).Should().BeInRange(OutputQueue.MaxBytes * 3 / 4, OutputQueue.MaxBytes);
    }

    [Fact]
    public void Lines_that_could_not_be_written_are_counted_too()
    {
        _open.Set();
        _fails = true;
        OutputQueue queue = Queue();
        Add(queue, "one\ntwo\n");
        queue.Flush(TimeSpan.FromSeconds(30));
        _fails = false;
        Add(queue, "three\n");
        queue.Flush(TimeSpan.FromSeconds(30));
        _written.Should().BeEquivalentTo(["three\n", "lost 2"]);
    }

    public void Dispose() => _open.Set();

    private OutputQueue Queue() => new(
        (_, lines) => Write(Encoding.UTF8.GetString(lines.Span)) ? 0 : lines.Span.Count((byte)'\n'),
        lost => Write($"lost {lost}"));

    private bool Write(string text)
    {
        _begun.Release();
        _open.Wait();
        if (!_fails)
        {
            _written.Enqueue(text);
        }

        return !_fails;
    }

    private static void Add(OutputQueue queue, string lines) => queue.Add(new OutputSource(0, isError: false), Encoding.UTF8.GetBytes(lines));
}
