using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.Listening;
using ProcManager.Scoreboard;
using ProcManager.Worker;
using Xunit.Abstractions;

namespace ProcManager.Tests.Worker;

/// <summary>
/// The window that the Perl original has: "leave" between the end of a request and the wait. Here it comes at thousands of random
/// offsets around that moment, and the wait must end each time. The same with a connection that arrives at that moment.
/// </summary>
public class LeavingAtAnyMoment(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_wait_ends_at_once_and_no_accepted_connection_is_dropped(bool epoll)
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using Socket listener = Binder.Bind("test", new IPEndPoint(IPAddress.Loopback, 0), new ListenOptions());
        for (int round = 0; round < 3000; round++)
        {
            Round(listener, random, epoll, connect: round % 10 == 0);
        }
    }

    private static void Round(Socket listener, Random random, bool epoll, bool connect)
    {
        var dispatcher = new Dispatcher(WorkerBoard.Private(), 0);
        int exits = 0;
        var departure = new Departure(dispatcher, NullLogger.Instance, _ => Interlocked.Increment(ref exits));
        departure.LetOut();
        var gate = new AcceptGate(listener, departure.LeaveDescriptor, dispatcher, NullLogger.Instance, epoll);
        using var go = new Barrier(2);
        int served = 0;
        var worker = new Thread(() =>
        {
            go.SignalAndWait();
            dispatcher.Pre();
            Spin(20);
            dispatcher.Post();
            while (gate.Wait() is { } connection)
            {
                dispatcher.Pre();
                connection.Dispose();
                served++;
                dispatcher.Post();
            }

            departure.Complete();
        });
        worker.Start();
        go.SignalAndWait();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (connect)
        {
            client.Connect(listener.LocalEndPoint!);
        }

        Spin(random.Next(60));
        departure.Begin(DepartureReason.Term);
        worker.Join(TimeSpan.FromSeconds(10)).Should().BeTrue("the wait must end");
        departure.Drained.IsCompleted.Should().BeTrue();
        exits.Should().Be(0);
        gate.Close();
        departure.Close();
        if (connect && served == 0)
        {
            // It left before the connection was taken: it is still in the queue, for another worker.
            listener.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead).Should().BeTrue();
            listener.Accept().Dispose();
        }
    }

    private static void Spin(int microseconds)
    {
        long until = Stopwatch.GetTimestamp() + (microseconds * Stopwatch.Frequency / 1_000_000);
        while (Stopwatch.GetTimestamp() < until)
        {
            Thread.SpinWait(2);
        }
    }
}
