using ProcManager.FastCgi.Async;
using ProcManager.FastCgi.Direct;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>What a worker that is to stand by does before it says so.</summary>
[Trait("Row", "A4.1")]
public class Rehearsals
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    public void A_request_goes_through_the_engine_and_another_one_on_the_kept_connection(int atOnce, bool multiplex)
    {
        var options = new FastCgiOptions { MaxConcurrentRequests = atOnce, Multiplex = multiplex };
        Counting? engine = null;

        Rehearsal.Run((manager, socket) => engine = new Counting(atOnce == 1
            ? new DirectEngine(new DirectLoop(manager, socket, options, null), manager.Logger)
            : new AsyncEngine(manager, socket, options, null)), Rehearsal.Answer);

        engine!.Requests.Should().Be(2, "the second one on the kept connection");
        engine.IsDisposed.Should().BeTrue();
    }

    private sealed class Counting(IEngine inner) : IEngine
    {
        internal int Requests { get; private set; }

        internal bool IsDisposed { get; private set; }

        public FastCgiRequest? Accept() => inner.Accept();

        public async ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken)
        {
            FastCgiRequest? request = await inner.AcceptAsync(cancellationToken);
            Requests += request is null ? 0 : 1;
            return request;
        }

        public void Dispose()
        {
            inner.Dispose();
            IsDisposed = true;
        }
    }
}
