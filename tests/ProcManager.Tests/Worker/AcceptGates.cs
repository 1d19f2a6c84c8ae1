using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

public abstract class AcceptGates : IDisposable
{
    private readonly Socket _listener = Loopback.Listen();
    private readonly (int Read, int Write) _leave = Descriptors.Pipe();
    private readonly Dispatcher _dispatcher = new(WorkerBoard.Private(), 0);
    private readonly AcceptGate _gate;

    protected AcceptGates(bool useEpoll) => _gate = new AcceptGate(_listener, _leave.Read, _dispatcher, new ListLogger(), useEpoll);

    [Fact]
    public void A_connection_comes_out_and_counts_as_busy()
    {
        using Socket client = Loopback.Connect(_listener);

        using Socket? served = _gate.Wait();

        served!.RemoteEndPoint.Should().Be(client.LocalEndPoint);
        _dispatcher.IsIdle.Should().BeFalse("its request has not begun");
        _dispatcher.Pre();
        _dispatcher.Post();
        _dispatcher.IsIdle.Should().BeTrue();
    }

    [Fact]
    public async Task A_waiting_gate_wakes_for_a_connection()
    {
        Task<AcceptedSocket?> waiting = Deadline.OnThread(_gate.Wait);
        using Socket client = Loopback.Connect(_listener);

        using Socket? served = await waiting.Within();

        served.Should().NotBeNull();
    }

    [Fact]
    public async Task A_paused_gate_takes_no_connection_until_the_end_of_the_pause()
    {
        Task<AcceptedSocket?> waiting = Deadline.OnThread(_gate.Wait); // the pause comes in the middle of a wait
        _gate.SetPaused(true);
        using Socket client = Loopback.Connect(_listener);
        using Socket? taken = _gate.TryTake();
        (taken ?? (waiting.IsCompleted ? await waiting : null)).Should().BeNull();

        _gate.SetPaused(false);
        using Socket? served = await waiting.Within();
        served!.RemoteEndPoint.Should().Be(client.LocalEndPoint);
    }

    [Fact]
    public async Task A_waiting_gate_is_left_at_once()
    {
        Task<AcceptedSocket?> waiting = Deadline.OnThread(_gate.Wait);

        Descriptors.Wake(_leave.Write);

        (await waiting.Within()).Should().BeNull();
        _gate.Wait().Should().BeNull("leaving stays");
    }

    [Fact]
    public async Task A_cancel_ends_one_wait()
    {
        Task<GateNews> waiting = Deadline.OnThread(Next);
        _gate.Cancel();
        (await waiting.Within()).Should().Be(GateNews.Cancelled);
        using Socket client = Loopback.Connect(_listener);

        using Socket? served = _gate.Wait();

        served.Should().NotBeNull();
    }

    [Fact]
    public async Task A_second_look_without_a_connection_ends_no_wait()
    {
        Task<AcceptedSocket?> waiting = Deadline.OnThread(_gate.Wait);
        _gate.LookAgain();
        _gate.LookAgain();
        using Socket client = Loopback.Connect(_listener);

        using Socket? served = await waiting.Within();

        served.Should().NotBeNull();
    }

    [Fact]
    public async Task A_cancel_that_comes_with_a_second_look_is_not_lost()
    {
        _gate.LookAgain();
        _gate.Cancel();
        using (Socket client = Loopback.Connect(_listener))
        {
            using Socket? served = _gate.Wait();
            served.Should().NotBeNull();
        }

        (await Deadline.OnThread(Next).Within()).Should().Be(GateNews.Cancelled);
    }

    [Fact]
    public async Task A_cancel_is_not_taken_by_a_wait_that_cannot_be_cancelled()
    {
        Task<AcceptedSocket?> waiting = Deadline.OnThread(_gate.Wait);
        Task<GateNews> cancelled = Deadline.OnThread(Next);
        _gate.Cancel();
        (await cancelled.Within()).Should().Be(GateNews.Cancelled);
        using Socket client = Loopback.Connect(_listener);

        using Socket? served = await waiting.Within();

        served.Should().NotBeNull();
    }

    [Fact]
    public void A_connection_comes_before_leaving_and_cancelling()
    {
        using Socket client = Loopback.Connect(_listener);
        Descriptors.Wake(_leave.Write);
        _gate.Cancel();

        using (Socket? served = _gate.Wait())
        {
            served.Should().NotBeNull("its wake-up went to no other worker");
        }

        _gate.Wait().Should().BeNull();
    }

    [Fact]
    public void What_is_accepted_blocks_and_is_closed_to_what_the_program_starts()
    {
        using Socket client = Loopback.Connect(_listener);

        using Socket served = _gate.Wait()!;

        served.Blocking.Should().BeTrue();
        LibC.fcntl((int)served.Handle, Constants.F_GETFD, 0).Should().Be(Constants.FD_CLOEXEC);
        client.Send("x"u8);
        served.Receive(new byte[1]).Should().Be(1);
    }

    [Fact]
    public async Task Of_several_gates_each_connection_goes_to_one()
    {
        AcceptGate second = new(_listener, _leave.Read, _dispatcher, new ListLogger(), useEpoll: false);
        Task<int> one = Deadline.OnThread(() => Count(_gate));
        Task<int> two = Deadline.OnThread(() => Count(second));
        for (int i = 0; i < 200; i++)
        {
            using Socket client = Loopback.Connect(_listener);
            client.ReceiveTimeout = (int)Deadline.Long.TotalMilliseconds;
            client.Receive(new byte[1]).Should().Be(0, "it was served");
        }

        Descriptors.Wake(_leave.Write);

        ((await one.Within()) + (await two.Within())).Should().Be(200);
        second.Close();

        static int Count(AcceptGate gate)
        {
            int served = 0;
            while (gate.Wait() is { } connection)
            {
                connection.Shutdown(SocketShutdown.Both);
                connection.Dispose();
                served++;
            }

            return served;
        }
    }

    private GateNews Next() => _gate.Next(-1, out _);

    public void Dispose()
    {
        _gate.Close();
        Descriptors.Close(_leave.Read);
        Descriptors.Close(_leave.Write);
        _listener.Dispose();
    }
}

public sealed class AcceptGatesWithEpoll() : AcceptGates(useEpoll: true);

public sealed class AcceptGatesWithPoll() : AcceptGates(useEpoll: false);
