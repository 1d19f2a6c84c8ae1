namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Clients that ask a web server again and again. Every answer but the right one is a failure.</summary>
internal sealed class HttpLoad
{
    private readonly HttpSite _site;
    private readonly string _name;
    private readonly Task[] _clients;
    private readonly List<string> _failures = [];
    private int _answered;
    private volatile bool _ending;

    internal HttpLoad(string name, HttpSite site, int clients = 4)
    {
        (_name, _site) = (name, site);
        _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(Ask))];
    }

    internal int Answered => Volatile.Read(ref _answered);

    /// <summary>Stops asking, and fails when more requests were not answered.</summary>
    internal async Task End(int lost = 0)
    {
        _ending = true;
        await Task.WhenAll(_clients).WaitAsync(TimeSpan.FromSeconds(60));
        _failures.Count.Should().BeLessThanOrEqualTo(lost, "{0} requests on {1} were answered, but: {2}", Answered, _name, string.Join("; ", _failures.Take(5)));
    }

    private async Task Ask()
    {
        while (!_ending)
        {
            try
            {
                Reply reply = await _site.Get("/");
                if ((int)reply.Status != 200 || reply.Body.Length != 100)
                {
                    throw new HttpRequestException($"{reply.Status}, {reply.Body.Length} bytes");
                }

                Interlocked.Increment(ref _answered);
                await Volume.Breathe();
            }
            catch (Exception e)
            {
                lock (_failures)
                {
                    _failures.Add($"{DateTime.Now:HH:mm:ss.fff} {e.GetType().Name}: {e.Message}");
                }
            }
        }
    }
}
