using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager;

/// <content>The gates of a worker, one a listener.</content>
public partial class ProcessManager
{
    private readonly Lock _gatesLock = new();
    private readonly Dictionary<Socket, Gate> _gates = [];
    private readonly List<Action> _rehearsals = [];
    private Gate? _lastGate;
    private Socket? _warmUp; // no pause concerns it

    /// <summary>
    /// For a protocol of ours that serves connections without a socket object: the gate of this listener, entered. From the first call to
    /// <see cref="LeftRawGate"/> the worker does not count as idle: only the protocol knows what is under way on its connections.
    /// </summary>
    internal AcceptGate EnterRawGate(Socket listener, out bool leaving)
    {
        WorkerProcess serving = Enter(listener);
        serving.ReadyForGate(awaits: true);
        AcceptGate gate = GateOf(serving, listener).Accept;
        gate.Enter();
        leaving = serving.Departure.HasBegun;
        return gate;
    }

    /// <summary>This worker serves: a thread that comes to the gate does not stand by there.</summary>
    internal bool IsPastStandby => Serving.IsReady;

    /// <summary>Adds what a protocol of ours does once in a worker that is to stand by, before it says so: its own first request, without the host.</summary>
    internal void BeforeStandby(Action rehearse) => _rehearsals.Add(rehearse);

    /// <summary>Throws what <see cref="EnterRawGate"/> would, for a protocol that enters on another thread.</summary>
    internal void CheckEntry(Socket listener) => Enter(listener);

    /// <summary>Requests of the worker's own begin, before its first wait at a gate. Told to leave meanwhile, the worker finishes them, and its host is let out.</summary>
    internal void BeginWarming(Socket listener)
    {
        WorkerProcess serving = Enter(listener);
        serving.Dispatcher.Hold();
        serving.Dispatcher.IsWarming = true;
    }

    /// <param name="isGivenUp">One of them still runs, beside those of clients.</param>
    internal void EndWarming(bool isGivenUp)
    {
        Serving.Dispatcher.IsWarming = isGivenUp;
        Serving.Dispatcher.Release();
    }

    /// <summary>Completes when this worker is told to leave, while requests may still be under way.</summary>
    internal Task LeavingBegun => Serving.Departure.Begun;

    /// <summary>The protocol has left its loop: nothing is under way any more.</summary>
    internal void LeftRawGate(AcceptGate gate)
    {
        gate.Exit();
        Serving.Departure.Complete();
        Serving.Departure.Drained.GetAwaiter().GetResult(); // another thread may be telling of the departure at this moment
    }

    /// <summary>
    /// Made after <see cref="WorkerProcess.Ready"/>, not before: making a gate looks at what already waits. A standby worker would hear of such a
    /// connection only by its wake-up, and that may have gone to the worker that it replaces.
    /// </summary>
    private Gate GateOf(WorkerProcess serving, Socket listener) =>
        _lastGate is { } last && ReferenceEquals(last.Listener, listener) ? last : FindGate(serving, listener);

    private Gate FindGate(WorkerProcess serving, Socket listener)
    {
        lock (_gatesLock)
        {
            if (!_gates.TryGetValue(listener, out Gate? gate))
            {
                ObjectDisposedException.ThrowIf(listener.SafeHandle.IsClosed, listener); // a worker that stood by may find it closed
                var accept = new AcceptGate(listener, serving.Departure.LeaveDescriptor, serving.Dispatcher, _log, useEpoll: !Switches.NoEpoll);
                gate = new Gate(listener, accept, serving.Dispatcher, _log);
                _gates.Add(listener, gate);
                FollowPause(serving, gate);
            }

            return _lastGate = gate;
        }
    }

    // Worker process: from now on no connection wakes it. A crash must not wait long for a thread that opens a gate at this moment.
    private void StopListening(TimeSpan patience)
    {
        if (_gatesLock.TryEnter(patience))
        {
            try
            {
                foreach (Gate gate in _gates.Values)
                {
                    gate.Accept.StopListening();
                }
            }
            finally
            {
                _gatesLock.Exit();
            }
        }
    }

    // worker process
    private void LookAgain()
    {
        lock (_gatesLock)
        {
            foreach (Gate gate in _gates.Values)
            {
                gate.Accept.LookAgain();
            }
        }
    }

    // worker process
    private void FollowSettings(WorkerProcess serving)
    {
        _levelOfOperator = serving.Dispatcher.Board.LogLevel ?? NoLevel;
        lock (_gatesLock)
        {
            foreach (Gate gate in _gates.Values)
            {
                FollowPause(serving, gate);
            }
        }
    }

    // The host may have closed its listener, and the number may be another file's by now.
    private void FollowPause(WorkerProcess serving, Gate gate)
    {
        bool held = false;
        try
        {
            gate.Listener.SafeHandle.DangerousAddRef(ref held);
            gate.Accept.SetPaused(serving.Dispatcher.Board.IsPaused && !ReferenceEquals(gate.Listener, _warmUp));
        }
        catch (Exception e) when (e is ObjectDisposedException or PosixException)
        {
            // nothing is accepted there any more
        }
        finally
        {
            if (held)
            {
                gate.Listener.SafeHandle.DangerousRelease();
            }
        }
    }

    private sealed record Gate(Socket Listener, AcceptGate Accept, Dispatcher Dispatcher, ILogger Log)
    {
        private readonly Lock _lock = new();

        internal AcceptThread Thread
        {
            get
            {
                lock (_lock)
                {
                    return field ??= new AcceptThread(Accept, Dispatcher, Log);
                }
            }
        }
    }
}
