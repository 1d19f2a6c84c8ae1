namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Eight clients that ask again and again, each request once. A request that is not answered is a failure. They ask without a pause where that leaves time for starts.</summary>
internal sealed class Load
{
    private readonly Client _client;
    private readonly bool _keep;
    private readonly Task[] _clients;
    private readonly List<string> _failures = [];
    private int _answered;
    private volatile bool _ending;

    internal Load(Client client, bool keep, int clients = 8)
    {
        _client = client;
        _keep = keep;
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(Ask))];
    }

    internal int Answered => Volatile.Read(ref _answered);

    internal IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Stops asking and fails when more requests were lost than processes were killed by force.</summary>
    internal async Task End(int kill)
    {
        _ending = true;
        await Task.WhenAll(_clients).WaitAsync(TimeSpan.FromSeconds(60));
        Failures.Count.Should().BeLessThanOrEqualTo(kill, "of {0} requests these failed: {1}", Answered, string.Join("; ", Failures.Take(5)));
    }

    private async Task Ask()
    {
        ClientConnection? connection = null;
        while (!_ending)
        {
            try
            {
                connection ??= await _client.Connect();
                Answer answer = await connection.Get("/pid");
                if (answer.Status != "200 OK" || answer.Body != answer.Pid.ToString())
                {
                    throw new IOException($"A wrong answer: {answer}");
                }

                Interlocked.Increment(ref _answered);
                await Volume.Breathe();
                if (!_keep || answer.Close)
                {
                    connection.Dispose();
                    connection = null;
                }
            }
            catch (Exception e)
            {
                lock (_failures)
                {
                    _failures.Add($"{e.GetType().Name}: {e.Message}");
                }

                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }
}
