using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>A gate with further descriptors in it, as a protocol has that keeps connections.</summary>
public abstract class WatchingGates : IDisposable
{
    private readonly Socket _listener = Loopback.Listen();
    private readonly (int Read, int Write) _leave = Descriptors.Pipe();
    private readonly (int Read, int Write) _first = Descriptors.Pipe();
    private readonly (int Read, int Write) _second = Descriptors.Pipe();
    private readonly AcceptGate _gate;

    protected WatchingGates(bool useEpoll)
    {
        _gate = new AcceptGate(_listener, _leave.Read, new Dispatcher(WorkerBoard.Private(), 0), new ListLogger(), useEpoll);
        _gate.Watch(_first.Read);
        _gate.Watch(_second.Read);
    }

    [Fact]
    public async Task A_watched_descriptor_ends_the_wait()
    {
        Task<(GateNews News, int Fd)> waiting = Deadline.OnThread(Next);

        Descriptors.Wake(_second.Write);

        (await waiting.Within()).Should().Be((GateNews.Readable, _second.Read));
    }

    [Fact]
    public void Several_come_out_one_after_the_other()
    {
        Descriptors.Wake(_first.Write);
        Descriptors.Wake(_second.Write);

        new[] { Next(), Next() }.Should().BeEquivalentTo([(GateNews.Readable, _first.Read), (GateNews.Readable, _second.Read)]);
    }

    [Fact]
    public void A_connection_comes_first_and_the_watched_one_is_not_forgotten()
    {
        Descriptors.Wake(_first.Write);
        using Socket client = Loopback.Connect(_listener);

        (GateNews news, int fd) = Next();
        Descriptors.Close(fd);

        news.Should().Be(GateNews.Connection, "its wake-up went to nobody else");
        Next().Should().Be((GateNews.Readable, _first.Read));
    }

    [Fact]
    public void Leave_comes_before_a_watched_one()
    {
        Descriptors.Wake(_first.Write);
        Descriptors.Wake(_leave.Write);

        Next().News.Should().Be(GateNews.Leave);
    }

    [Fact]
    public void One_that_is_not_watched_any_more_is_silent_and_the_wait_ends_in_time()
    {
        _gate.Unwatch(_first.Read);
        Descriptors.Wake(_first.Write);

        _gate.Next(20, out _).Should().Be(GateNews.TimedOut);
    }

    [Fact]
    public void A_connection_that_is_there_is_taken_without_a_wait()
    {
        _gate.TryAccept(out _).Should().BeFalse();
        using Socket client = Loopback.Connect(_listener);

        _gate.TryAccept(out int fd).Should().BeTrue();
        Descriptors.Close(fd);
    }

    public void Dispose()
    {
        _gate.Close();
        foreach (int fd in new[] { _leave.Read, _leave.Write, _first.Read, _first.Write, _second.Read, _second.Write })
        {
            Descriptors.Close(fd);
        }

        _listener.Dispose();
        GC.SuppressFinalize(this);
    }

    private (GateNews News, int Fd) Next()
    {
        GateNews news = _gate.Next(-1, out int fd);
        return (news, fd);
    }
}

public sealed class WatchingGatesWithEpoll() : WatchingGates(useEpoll: true);

public sealed class WatchingGatesWithPoll() : WatchingGates(useEpoll: false);
