using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// The manager's loop: sleep until something happens or the one deadline comes, ask the brain, do what it says. It never polls:
/// with no deadline it sleeps without end.
/// </summary>
internal sealed class ManagerLoop
{
    /// <summary>A deadline missed by more than this means that the manager itself did not run.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly Inbox _inbox;
    private readonly WorkerTable _workers;
    private readonly ActionRunner _runner;
    private readonly ILogger _log;
    private readonly Queue<ManagerEvent> _events = new();
    private readonly ManagerGarbage _garbage = new();
    private PoolState _state;

    /// <summary>One time for a whole turn: if the manager was away in the middle of it, the next turn finds out before anybody is killed.</summary>
    private TimeSpan _now;

    private TimeSpan _tellingFrom;
    private TimeSpan _tellingTo;
    private long _busySince; // ticks; 0: the loop waits

    internal ManagerLoop(PoolState first, Inbox inbox, WorkerTable workers, ActionRunner runner, ILogger log)
    {
        _inbox = inbox;
        _workers = workers;
        _runner = runner;
        _log = log;
        _state = first;
    }

    /// <summary>Called once, when the first workers were started and none is ready: the manager has time then.</summary>
    internal Action? Began { get; init; }

    /// <summary>Called when a reload is asked for, before its first worker is started: reads the configuration again.</summary>
    internal Func<ManagerEvent.ReloadRequested>? Reloads { get; init; }

    /// <summary>Called at the end of each turn.</summary>
    internal Action<PoolState>? Turned { get; init; }

    /// <summary>Called at the end of a turn when another program may take over this process. Comes back with a reason when that has failed, and with null when it is to be tried again: something has happened meanwhile.</summary>
    internal Func<PoolState, string?>? Replaces { get; init; }

    /// <summary>Null: nothing watches the loop.</summary>
    internal IHeartbeat? Heartbeat { get; init; }

    /// <summary>Since when the loop has not waited for the next event; null: it waits. From any thread.</summary>
    internal TimeSpan? BusySince => Volatile.Read(ref _busySince) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Returns the exit code when the last worker is gone.</summary>
    internal int Run()
    {
        _now = Monotonic.Now;
        Volatile.Write(ref _busySince, _now.Ticks);
        if (_state.Workers.Length > 0)
        {
            // Workers of the manager before: what they have said meanwhile counts before any deadline.
            _ = _workers.Wait(_inbox.Descriptor, 0, forConnections: false);
            _workers.Collect(_events);
            Drain();
        }

        Take(new ManagerEvent.Tick());
        Tell();
        Guarded(Began, nameof(Began));
        while (_runner.ExitCode is null)
        {
            _garbage.CollectWhenMuch();
            Volatile.Write(ref _busySince, 0);
            bool connectionWaits = _workers.Wait(_inbox.Descriptor, Timeout(), Demand.Listens(_state, Monotonic.Now));
            TimeSpan before = _now;
            _now = Monotonic.Now;
            Volatile.Write(ref _busySince, _now.Ticks);
            if (_state.NextWake is { } wake && _now - wake - TellingSince(wake) > Slack)
            {
                TimeSpan absence = Deadlines.Absence(before, wake, _now);
                Take(new ManagerEvent.Slept(absence - TellingSince(_now - absence)));
            }

            _inbox.Clear();
            while (_inbox.TryTake(out ManagerEvent? happened))
            {
                Take(happened!);
            }

            _workers.Collect(_events);
            Drain();
            if (connectionWaits)
            {
                TakeConnections();
            }

            if (_state.NextWake is { } due && due <= _now)
            {
                Take(new ManagerEvent.Tick());
            }

            Tell();
            ReplaceIfDue();
            if (Heartbeat is { } heartbeat && heartbeat.Next <= Monotonic.Now)
            {
                Guarded(heartbeat.Beat, nameof(Heartbeat));
            }
        }

        return _runner.ExitCode.Value;
    }

    // One request a process: as long as a worker waits for one, the manager accepts.
    private void TakeConnections()
    {
        if (!PerRequest.IsOn(_state))
        {
            Take(new ManagerEvent.ConnectionWaits());
            return;
        }

        bool isShort = false;
        while (PerRequest.Accepts(_state, _now) && _workers.Accept(out isShort) is { } connection)
        {
            Take(new ManagerEvent.Arrived(connection));
        }

        if (isShort || PerRequest.Listens(_state, _now))
        {
            Take(new ManagerEvent.ConnectionWaits(isShort ? 0 : _workers.QueueLength(), isShort));
        }
    }

    // What has happened and is not decided on yet would be lost: then the next turn comes first.
    private void ReplaceIfDue()
    {
        if (_events.Count == 0 && _inbox.IsEmpty && _workers.HasAllBack && RestartInPlace.IsDue(_state) && Replaces?.Invoke(_state) is { } reason)
        {
            Take(new ManagerEvent.RestartFailed(reason));
            Tell();
        }
    }

    private void Take(ManagerEvent happened)
    {
        if (happened is Framed framed)
        {
            _runner.TellLater(framed.Before);
            Take(framed.Happened);
            _runner.TellLater(framed.After);
            return;
        }

        if (happened is ManagerEvent.ReloadRequested)
        {
            Guarded(() => happened = Reloads?.Invoke() ?? happened, nameof(Reloads));
        }

        _events.Enqueue(happened);
        Drain();
    }

    private void Drain()
    {
        while (_events.TryDequeue(out ManagerEvent? happened))
        {
            (_state, IReadOnlyList<PoolAction> actions) = Supervisor.Decide(_state, happened, _now);
            foreach (PoolAction action in actions)
            {
                try
                {
                    _runner.Run(action, _events);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // A host's override or event handler must not take the workers down with it.
                    Log.ActionFailed(_log, e, action.GetType().Name);
                }
            }

            _runner.Publish(_state);
            _runner.TellWorkers();
            Guarded(Turned, _state, nameof(Turned));
        }
    }

    private void Guarded(Action? run, string name) => Guarded(static r => r?.Invoke(), run, name);

    // What goes wrong here must not take the workers down with the manager.
    private void Guarded<T>(Action<T>? run, T with, string name)
    {
        try
        {
            run?.Invoke(with);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.ActionFailed(_log, e, name);
        }
    }

    /// <summary>Runs the host's handlers, as long as they like. All effects of all that has happened come first.</summary>
    private void Tell()
    {
        _tellingFrom = Monotonic.Now;
        _runner.Tell();
        _tellingTo = Monotonic.Now;
    }

    /// <summary>Time that the host's handlers took after this moment. The workers ran meanwhile, so this time is no absence and moves no deadline.</summary>
    private TimeSpan TellingSince(TimeSpan moment)
    {
        TimeSpan from = moment > _tellingFrom ? moment : _tellingFrom;
        return _tellingTo > from ? _tellingTo - from : TimeSpan.Zero;
    }

    private int Timeout()
    {
        if (Earlier(_state.NextWake, Heartbeat?.Next) is not { } wake)
        {
            return -1;
        }

        double milliseconds = Math.Ceiling((wake - Monotonic.Now).TotalMilliseconds);
        return (int)Math.Clamp(milliseconds, 0, int.MaxValue);
    }

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;
}
