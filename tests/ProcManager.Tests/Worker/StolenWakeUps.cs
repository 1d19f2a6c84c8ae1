using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>epoll wakes one waiter for a connection. When that one is killed in this moment, the connection waits and nobody knows.</summary>
public sealed class StolenWakeUps : IDisposable
{
    private readonly Socket _listener = Loopback.Listen();
    private readonly (int Read, int Write) _leave = Descriptors.Pipe();
    private readonly List<Socket> _clients = [];

    [Fact]
    public async Task A_connection_whose_wake_up_went_to_another_is_found_by_a_second_look()
    {
        using var thief = new EpollSet((int)_listener.Handle); // the first in the queue
        Task<GateSigns> stolen = Deadline.OnThread(() => thief.Wait(-1, -1, -1, []));
        var gate = new AcceptGate(_listener, _leave.Read, new Dispatcher(WorkerBoard.Private(), 0), new ListLogger(), useEpoll: true);
        Task<AcceptedSocket?> waiting = Deadline.OnThread(gate.Wait);
        while (!stolen.IsCompleted)
        {
            _clients.Add(Loopback.Connect(_listener));
            if (await Task.WhenAny(stolen, waiting) == waiting)
            {
                (await waiting)?.Dispose(); // the thief was not waiting yet
                waiting = Deadline.OnThread(gate.Wait);
            }
        }

        gate.LookAgain();

        using Socket? served = await waiting.Within();
        served!.RemoteEndPoint.Should().Be(_clients[^1].LocalEndPoint);
    }

    public void Dispose()
    {
        _clients.ForEach(static c => c.Dispose());
        _listener.Dispose();
        Descriptors.Close(_leave.Read);
        Descriptors.Close(_leave.Write);
    }
}
