using System.Diagnostics;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>Clients that have nothing to do with the weather: they ask again and again with a short rest, and never twice for the same.</summary>
internal sealed class Others
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(10);
    private readonly Client _client;
    private readonly Task[] _clients;
    private readonly List<string> _failures = [];
    private int _answered;
    private long _slowest;
    private volatile bool _ending;

    internal Others(Client client, int clients = 3)
    {
        _client = client;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(Ask))];
    }

    internal async Task Answers(int more)
    {
        int target = Volatile.Read(ref _answered) + more;
        await Until.True(() => Volatile.Read(ref _answered) >= target, $"{more} answers to other clients ({this})");
    }

    internal void Stop() => _ending = true;

    /// <summary>Fails when more requests were lost than may be, or when one took so long that the pool must have stood still.</summary>
    internal async Task End(int lost)
    {
        Stop();
        await Task.WhenAll(_clients).WaitAsync(TimeSpan.FromSeconds(60));
        _failures.Count.Should().BeLessThanOrEqualTo(lost, "{0}", this);
        TimeSpan.FromMilliseconds(_slowest).Should().BeLessThan(TimeSpan.FromSeconds(10), "{0}", this);
    }

    public override string ToString()
    {
        lock (_failures)
        {
            return $"others: {_answered} answered, the slowest after {_slowest} ms; {_failures.Count} lost: {string.Join("; ", _failures.Take(5))}";
        }
    }

    private async Task Ask()
    {
        while (!_ending)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                Answer answer = await _client.GetAnswer("/pid");
                if (answer.Status != "200 OK" || answer.Body != $"{answer.Pid}")
                {
                    throw new IOException($"A wrong answer: {answer}");
                }

                Interlocked.Increment(ref _answered);
            }
            catch (Exception e)
            {
                lock (_failures)
                {
                    _failures.Add($"{e.GetType().Name}: {e.Message}");
                }
            }

            lock (_failures)
            {
                _slowest = Math.Max(_slowest, watch.ElapsedMilliseconds);
            }

            await Task.Delay(Rest);
        }
    }
}
