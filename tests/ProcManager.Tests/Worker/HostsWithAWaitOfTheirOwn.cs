using Microsoft.Extensions.Logging;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>A host that waits neither in Accept nor on Stopping is ended when it has no request. It may begin one in that moment.</summary>
public sealed class HostsWithAWaitOfTheirOwn
{
    private const int Rounds = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task None_is_ended_under_a_request_that_began_in_between(bool scope)
    {
        for (int i = 0; i < Rounds; i++)
        {
            (await EndedUnderARequest(scope)).Should().BeFalse();
        }
    }

    [Fact]
    public async Task One_whose_request_began_before_is_ended_when_that_has_ended()
    {
        int exits = 0;
        var dispatcher = new Dispatcher(WorkerBoard.Private(), 0);
        var departure = new Departure(dispatcher, new ListLogger(), _ => exits++);
        dispatcher.Pre();

        departure.Begin(DepartureReason.Term);
        exits.Should().Be(0);
        dispatcher.Post();

        exits.Should().Be(1);
        await departure.Drained.Within();
        departure.Close();
    }

    // The last words of a worker come when its end is decided, and before it ends: there the host begins a request.
    private static async Task<bool> EndedUnderARequest(bool scope)
    {
        using var decided = new ManualResetEventSlim();
        bool ended = false;
        bool letOut = false;
        var dispatcher = new Dispatcher(WorkerBoard.Private(), 0);
        var departure = new Departure(dispatcher, new LastWords(() =>
        {
            decided.Set();
            SpinWait.SpinUntil(() => dispatcher.IsServing, Deadline.Long).Should().BeTrue();
        }), _ => Volatile.Write(ref ended, true));
        Task<bool> host = Deadline.OnThread(() =>
        {
            decided.Wait(Deadline.Long).Should().BeTrue();
            if (scope)
            {
                _ = dispatcher.Begin(null, null);
            }
            else
            {
                dispatcher.Pre();
            }

            return !Volatile.Read(ref letOut);
        });

        departure.Begin(DepartureReason.Term);
        ended.Should().BeTrue();
        Volatile.Write(ref letOut, true);
        departure.LetOut(); // a process would be gone by now
        bool wentOn = await host.Within();
        departure.Close();
        return wentOn;
    }

    private sealed class LastWords(Action said) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => said();
    }
}
