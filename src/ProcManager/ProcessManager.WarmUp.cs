using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Worker;

namespace ProcManager;

/// <content>Worker process that is to stand by: goes the way of the first connection once, and leaves no trace.</content>
public partial class ProcessManager
{
    private void WarmUpGates(WorkerProcess serving, bool awaits)
    {
        // The two threads are an eighth of the start of a NativeAOT worker, and such a host needs none of them.
        if (awaits || RuntimeFeature.IsDynamicCodeSupported)
        {
            WarmUp.ThreadPool();
        }

        _rehearsals.ForEach(static r => r());
        if (_launch is { IsPerRequest: true })
        {
            WarmUp.WithOneHandedOver(channel => ServeOnce(channel, serving));
        }
        else
        {
            WarmUp.WithOneConnection(listener => AcceptOnce(listener, serving));
        }

        WarmUp.Compile(typeof(ProcessManager), nameof(PreDispatch), nameof(PostDispatch));
        WarmUp.Compile(typeof(WorkerProcess), nameof(WorkerProcess.Ready));
        WarmUp.Compile(typeof(Dispatcher), nameof(Dispatcher.Pre), nameof(Dispatcher.Post));
        WarmUp.Compile(typeof(WorkerBoard), nameof(WorkerBoard.BeginServing));
        WarmUp.Compile(typeof(Parking), nameof(Parking.Settle));
    }

    private void AcceptOnce(Socket listener, WorkerProcess serving)
    {
        _warmUp = listener;
        AcceptGate gate = GateOf(serving, listener).Accept;
        gate.Wait()?.Dispose();
        lock (_gatesLock)
        {
            _gates.Remove(listener);
            _lastGate = null;
        }

        gate.Close();
    }

    // One request a process: also the request, on a board that the manager does not see.
    private void ServeOnce(Socket channel, WorkerProcess serving)
    {
        var board = WorkerBoard.Private();
        var dispatcher = new Dispatcher(board, 0);
        dispatcher.Handed = new HandedConnections(1, board, dispatcher) { SayFree = static () => { }, Leave = static () => { }, LeaveUnread = static () => { } };
        var gate = new AcceptGate(channel, serving.Departure.LeaveDescriptor, dispatcher, _log, useEpoll: !Switches.NoEpoll);
        AcceptedSocket? connection = gate.TryTake(); // never waits: without a free descriptor there is none
        dispatcher.Pre();
        connection?.Dispose();
        dispatcher.Post();
        gate.Close();
    }
}
