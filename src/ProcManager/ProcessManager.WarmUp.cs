using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
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
            WarmUp.WithOneHandedOver(ServeOnce);
        }
        else
        {
            WarmUp.WithOneConnection(listener => AcceptOnce(listener, serving));
        }

        ConnectionInHand.LeaveFlow();
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

    // One request a process: also the request and the way out, on a board that the manager does not see. Compiling behind the answer would delay a client that waits for the same processor.
    private void ServeOnce(Socket channel)
    {
        var board = WorkerBoard.Private();
        var dispatcher = new Dispatcher(board, 0);
        var departure = new Departure(dispatcher, NullLogger.Instance, static _ => { });
        departure.LetOut();
        dispatcher.Handed = new HandedConnections(1, board, dispatcher) { SayFree = static () => { }, Leave = () => departure.Begin(DepartureReason.LastRequest), LeaveUnread = static () => { } };
        try
        {
            ServeOnce(new AcceptGate(channel, departure.LeaveDescriptor, dispatcher, _log, useEpoll: !Switches.NoEpoll), dispatcher);
        }
        finally
        {
            departure.Close();
        }

        WorkerProcess.CompileWayOut();
    }

    private static void ServeOnce(AcceptGate gate, Dispatcher dispatcher)
    {
        try
        {
            AcceptedSocket? connection = gate.TryTake(); // never waits: without a free descriptor there is none
            dispatcher.Pre();
            connection?.Dispose();
            dispatcher.Post();
        }
        finally
        {
            gate.Close();
        }
    }
}
