using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Listening;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>A worker is not idle while a thread is inside a gate, nor while a connection waits for its request, whatever the other gates of the worker do.</summary>
public sealed class ConnectionsInHand : IDisposable
{
    private readonly Socket _http = Loopback.Listen();
    private readonly Socket _admin = Loopback.Listen();
    private readonly Dispatcher _dispatcher = new(WorkerBoard.Private(), 0);
    private readonly Departure _departure;
    private readonly AcceptGate _gate;
    private readonly AcceptGate _adminGate;

    public ConnectionsInHand()
    {
        _departure = new Departure(_dispatcher, NullLogger.Instance, static _ => { });
        _departure.LetOut();
        _gate = new AcceptGate(_http, _departure.LeaveDescriptor, _dispatcher, NullLogger.Instance, useEpoll: true);
        _adminGate = new AcceptGate(_admin, _departure.LeaveDescriptor, _dispatcher, NullLogger.Instance, useEpoll: true);
    }

    [Fact]
    public void Who_comes_to_the_gate_of_a_leaving_worker_takes_nothing()
    {
        using Socket client = Loopback.Connect(_http);
        _departure.Begin(DepartureReason.Term);
        _departure.Drained.IsCompleted.Should().BeTrue();

        _gate.Wait().Should().BeNull();
        _gate.TryTake().Should().BeNull();
        _http.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead).Should().BeTrue("it is for another worker");
    }

    [Fact]
    public void A_listener_that_the_stopping_manager_has_shut_is_no_error_for_a_worker_that_leaves()
    {
        _departure.RaiseFlag(DepartureReason.Term);
        Connections.EndReceiving((int)_http.Handle);

        _gate.TryAccept(out _).Should().BeFalse();
        _gate.Next(-1, out _).Should().Be(GateNews.Leave);
    }

    [Fact]
    public async Task A_method_around_the_accept_loses_the_flow_and_asking_for_the_next_connection_ends_the_hold_all_the_same()
    {
        using Socket client = Loopback.Connect(_http);
        using AcceptedSocket connection = await Accept();
        RequestScope request = _dispatcher.Begin(null, null);
        _gate.NextIsAsked();
        _departure.Begin(DepartureReason.Term);
        _departure.Drained.IsCompleted.Should().BeFalse();

        request.Dispose();

        _departure.Drained.IsCompleted.Should().BeTrue("the connection stays open");

        async Task<AcceptedSocket> Accept()
        {
            await Task.Yield();
            AcceptedSocket accepted = _gate.Wait()!;
            accepted.InHand.Enter();
            return accepted;
        }
    }

    [Fact]
    public void A_thread_inside_the_gate_keeps_the_worker_until_its_request_has_ended()
    {
        _gate.Enter();
        _departure.Begin(DepartureReason.Term);
        _departure.Drained.IsCompleted.Should().BeFalse("it may still take a connection");
        using Socket client = Loopback.Connect(_http);
        _gate.Next(-1, out int fd).Should().Be(GateNews.Connection);
        RequestScope request = _dispatcher.Begin(null, null);
        _gate.Exit();
        _departure.Drained.IsCompleted.Should().BeFalse();

        request.Dispose();

        _departure.Drained.IsCompleted.Should().BeTrue();
        Descriptors.Close(fd);
    }

    [Fact]
    public void A_thread_that_leaves_the_gate_without_a_connection_completes_it()
    {
        _gate.Enter();
        _departure.Begin(DepartureReason.Term);
        _gate.Exit();
        _departure.Drained.IsCompleted.Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_request_of_one_listener_is_not_taken_for_that_of_another(bool dispatch)
    {
        using Socket client = Loopback.Connect(_http);
        using Socket other = Loopback.Connect(_admin);
        using Socket inHand = _gate.Wait()!;
        await Deadline.OnThread(() => // the other loop
        {
            using Socket connection = _adminGate.Wait()!;
            if (dispatch)
            {
                _dispatcher.Pre();
                _dispatcher.Post();
            }
            else
            {
                _dispatcher.Begin(null, null).Dispose();
            }

            return true;
        }).Within();

        _departure.Begin(DepartureReason.Term);

        _departure.Drained.IsCompleted.Should().BeFalse("the first one has no request yet");
        RequestScope request = _dispatcher.Begin(null, null);
        _departure.Drained.IsCompleted.Should().BeFalse();
        request.Dispose();
        _departure.Drained.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task The_next_request_on_a_kept_connection_is_not_taken_for_that_of_a_new_one()
    {
        using Socket client = Loopback.Connect(_http);
        using (Socket inHand = await Deadline.OnThread(() => _gate.Wait()!).Within()) // a flow of its own
        {
            _dispatcher.Begin(null, null).Dispose();
            _departure.Begin(DepartureReason.Term);
            _departure.Drained.IsCompleted.Should().BeFalse();
        }

        _departure.Drained.IsCompleted.Should().BeTrue("a connection that is closed is in hand no more");
    }

    [Fact]
    public async Task A_request_that_begins_later_in_the_flow_is_the_connections()
    {
        using Socket client = Loopback.Connect(_http);
        using Socket connection = _gate.Wait()!;
        await Task.Run(static () => { });
        await Task.Run(() => _dispatcher.Begin(null, null).Dispose());

        _dispatcher.IsIdle.Should().BeTrue();
    }

    [Fact]
    public void A_connection_that_is_lost_by_the_host_is_in_hand_no_more_once_it_is_collected()
    {
        using Socket client = Loopback.Connect(_http);
        Lose();
        _dispatcher.IsIdle.Should().BeFalse();

        SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return _dispatcher.IsIdle;
            },
            Deadline.Long).Should().BeTrue();
        _dispatcher.Board.Connections.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connection_that_its_client_has_reset_is_not_given_out(bool tcp)
    {
        using TempFolder folder = new();
        using Socket listener = tcp ? Loopback.Listen() : Binder.Bind("test", new UnixDomainSocketEndPoint(folder["s"]), new ListenOptions());
        var gate = new AcceptGate(listener, _departure.LeaveDescriptor, _dispatcher, NullLogger.Instance, useEpoll: true);
        if (tcp)
        {
            using Socket client = Loopback.Connect(listener);
            client.LingerState = new LingerOption(true, 0);
        }

        using Socket second = new(listener.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        second.Connect(tcp ? listener.LocalEndPoint! : new UnixDomainSocketEndPoint(folder["s"]));

        using Socket served = gate.Wait()!;

        served.Connected.Should().BeTrue();
        using var stream = new NetworkStream(served, ownsSocket: true);
        second.Send("x"u8);
        stream.ReadByte().Should().Be('x');
        _dispatcher.Board.Connections.Should().Be(1);
        gate.Close();
    }

    [Fact]
    public void A_host_with_a_wait_of_its_own_is_never_ended_under_a_request()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 3000; round++)
        {
            var dispatcher = new Dispatcher(WorkerBoard.Private(), 0);
            int underWay = 0;
            int cut = -1;
            using var over = new ManualResetEventSlim();
            var departure = new Departure(dispatcher, NullLogger.Instance, _ =>
            {
                cut = Volatile.Read(ref underWay);
                over.Set();
            });
            using var go = new Barrier(2);
            var host = new Thread(() =>
            {
                go.SignalAndWait();
                for (int i = 0; i < 20; i++)
                {
                    RequestScope first = dispatcher.Begin(null, null); // does not come back once the exit is decided
                    Interlocked.Increment(ref underWay);
                    RequestScope second = dispatcher.Begin(null, null);
                    Interlocked.Decrement(ref underWay);
                    first.Dispose();
                    Interlocked.Increment(ref underWay);
                    Interlocked.Decrement(ref underWay);
                    second.Dispose();
                }
            })
            {
                IsBackground = true,
            };
            host.Start();
            go.SignalAndWait();
            Thread.SpinWait(random.Next(2000));
            departure.Begin(DepartureReason.Term);
            over.Wait(Deadline.Long).Should().BeTrue();
            cut.Should().Be(0, $"no request is under way at the exit (seed {seed}, round {round})");
            departure.LetOut(); // in a real process the thread is gone
            host.Join(Deadline.Long).Should().BeTrue();
            departure.Close();
        }
    }

    public void Dispose()
    {
        _gate.Close();
        _adminGate.Close();
        _departure.Close();
        _http.Dispose();
        _admin.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Lose() => _ = _gate.Wait()!;
}
