using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Logging;

namespace ProcManager.Tests.Logging;

#pragma warning disable CA1001, CA2213 // threads of the queues may use them to the end of the process
public sealed class NoticeQueues : IDisposable
#pragma warning restore CA1001, CA2213
{
    private readonly ConcurrentQueue<string> _delivered = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly ManualResetEventSlim _open = new();
    private volatile bool _fails;

    [Fact]
    public void Messages_come_in_order_on_one_thread_and_a_flush_waits_for_them()
    {
        NoticeQueue queue = Queue();
        _open.Set();
        Add(queue, 0, 200);
        queue.Flush(TimeSpan.FromSeconds(30));
        _delivered.Should().Equal(Numbers(0, 200));
    }

    [Fact]
    public void A_log_that_blocks_holds_nobody_and_the_oldest_messages_are_dropped_and_counted_in_their_place()
    {
        NoticeQueue queue = Queue();
        Add(queue, 0, 1);
        _ready.Wait(); // the first is being delivered
        Add(queue, 1, NoticeQueue.MaxCount + 50);
        _open.Set();
        queue.Flush(TimeSpan.FromSeconds(30));
        _delivered.Take(2).Should().Equal("0", "50 lines were lost here: the reader of this log was too slow or away, or the disk was full");
        _delivered.Skip(2).Should().Equal(Numbers(51, NoticeQueue.MaxCount));
    }

    [Fact]
    public void Large_messages_are_bounded_by_their_bytes()
    {
        NoticeQueue queue = Queue();
        Add(queue, 0, 1);
        _ready.Wait();
        string large = new('x', NoticeQueue.MaxBytes / 4 / sizeof(char));
        for (int i = 0; i < 10; i++)
        {
            queue.Add(Message(large));
        }

        _open.Set();
        queue.Flush(TimeSpan.FromSeconds(30));
        _delivered.Count(d => d == large).Should().Be(4);
        _delivered.Should().Contain(static d => d.StartsWith("6 lines were lost"));
    }

    [Fact]
    public async Task A_flush_ends_in_time_keeps_the_last_messages_and_a_stuck_log_is_not_waited_for_twice()
    {
        NoticeQueue queue = Queue();
        Add(queue, 0, 900);
        _ready.Wait();
        await Task.Run(() => Array.ForEach(new int[40], _ => queue.Flush(TimeSpan.FromSeconds(1)))).WaitAsync(TimeSpan.FromSeconds(20)); // each but the first comes back at once
        _open.Set();
        while (!_delivered.Contains("899"))
        {
            _ready.Wait();
        }

        string[] rest = [.. _delivered.Skip(1)];
        rest[0].Should().EndWith("disk was full").And.StartWith($"{900 - rest.Length} lines");
        rest[1..].Should().Equal(Numbers(900 - rest.Length + 1, rest.Length - 1));
    }

    [Fact]
    public void A_short_wait_in_vain_takes_nothing_from_the_flush_at_the_end_but_its_time()
    {
        NoticeQueue queue = Queue();
        Add(queue, 0, 900);
        _ready.Wait();
        queue.Settle(TimeSpan.FromMilliseconds(20));
        queue.Flush(TimeSpan.FromMilliseconds(1));
        Add(queue, 900, 1);
        var last = new Thread(() => queue.Flush(TimeSpan.FromDays(1))) { IsBackground = true };
        last.Start();
        SpinWait.SpinUntil(() => (last.ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);
        _open.Set();
        last.Join();
        _delivered.Should().Contain("900");
    }

    [Fact]
    public void A_wait_that_is_not_the_last_drops_nothing()
    {
        NoticeQueue queue = Queue();
        Add(queue, 0, 900);
        _ready.Wait();
        queue.Settle(TimeSpan.FromMilliseconds(20));
        _open.Set();
        queue.Flush(TimeSpan.FromDays(1));
        _delivered.Should().Equal(Numbers(0, 900));
    }

    [Fact]
    public void What_cannot_be_written_is_counted_and_told_when_it_can_again_and_nothing_spins()
    {
        NoticeQueue queue = Queue();
        _open.Set();
        _fails = true;
        Add(queue, 0, 5);
        queue.Flush(TimeSpan.FromSeconds(30));
        int tries = _ready.CurrentCount;
        _fails = false;
        Add(queue, 5, 1);
        queue.Flush(TimeSpan.FromSeconds(30));
        _delivered.Should().HaveCount(2);
        _delivered.First().Should().StartWith("5 lines");
        _delivered.Last().Should().Be("5");
        tries.Should().BeLessThanOrEqualTo(10, "each message is tried once, and the count once with it");
    }

    [Fact]
    public async Task A_flush_from_within_a_delivery_does_not_wait_for_itself()
    {
        NoticeQueue? queue = null;
        var done = new TaskCompletionSource();
        queue = new NoticeQueue(
            _ =>
            {
                queue!.Flush(TimeSpan.FromDays(1));
                done.SetResult();
                return true;
            },
            static _ => { });
        Add(queue, 0, 1);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Dispose() => _open.Set(); // their threads live as long as the process

    private NoticeQueue Queue() => new(
        notice =>
        {
            _ready.Release();
            _open.Wait();
            if (!_fails)
            {
                _delivered.Enqueue(notice.Message);
            }

            return !_fails;
        },
        static _ => throw new InvalidOperationException("there are threads"));

    private static void Add(NoticeQueue queue, int from, int count)
    {
        foreach (string number in Numbers(from, count))
        {
            queue.Add(Message(number));
        }
    }

    private static Notice Message(string text) => new(LogLevel.Information, default, text, [], null);

    private static IEnumerable<string> Numbers(int from, int count) => Enumerable.Range(from, count).Select(static i => i.ToString(CultureInfo.InvariantCulture));
}
