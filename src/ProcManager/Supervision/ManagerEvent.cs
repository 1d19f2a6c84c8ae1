namespace ProcManager.Supervision;

/// <summary>Something that happened. The hands report it, the brain decides on it.</summary>
internal abstract record ManagerEvent
{
    /// <summary>The first event, and every deadline that has come.</summary>
    internal sealed record Tick : ManagerEvent;

    /// <summary>The manager itself did not run for this long (stopped, suspended, starved) and missed a deadline.</summary>
    internal sealed record Slept(TimeSpan Gap) : ManagerEvent;

    internal sealed record Launched(int Slot) : ManagerEvent;

    internal sealed record LaunchFailed(int Slot, bool Permanent, string Reason) : ManagerEvent;

    internal sealed record Ready(int Slot) : ManagerEvent;

    /// <summary>The worker stands by: it has run up to its first wait and stopped at the gate.</summary>
    internal sealed record Parked(int Slot) : ManagerEvent;

    /// <summary>The worker reached a limit and asks to be replaced.</summary>
    internal sealed record AsksToLeave(int Slot, WorkerExitCause Cause) : ManagerEvent;

    /// <summary>The worker leaves on its own: another process's signal, or (OwnCall) the host's call. Served: the worker has begun a request.</summary>
    internal sealed record LeavesByItself(int Slot, bool OwnCall = false, bool Served = false) : ManagerEvent;

    /// <summary>
    /// The worker says that it crashes: an exception has no handler. The end follows with <see cref="Ended"/>, after the runtime has written stack and dump, which may
    /// take seconds. CannotBind: the exception says that a socket could not be bound.
    /// </summary>
    internal sealed record Crashing(int Slot, bool Served = false, bool CannotBind = false) : ManagerEvent
    {
        internal string How { get; init; } = "an exception without a handler";
    }

    /// <summary>A kill was ordered with SparesDump, and a dump of the worker's memory is still being written: nothing was sent.</summary>
    internal sealed record DumpUnderWay(int Slot) : ManagerEvent;

    /// <summary>The kernel has begun to end it; how it ends comes with <see cref="Ended"/>. Comes for some workers only, and may be wrong for a program that replaced itself.</summary>
    internal sealed record Dying(int Slot) : ManagerEvent;

    /// <summary>The worker was reaped. Served: it had begun a request.</summary>
    internal sealed record Ended(int Slot, int? ExitCode, int? Signal, string How) : ManagerEvent
    {
        internal bool Served { get; init; }

        /// <summary>One request a process: it has not read the connection that it was handed, so it had no request.</summary>
        internal bool Unread { get; init; }

        /// <summary>The kernel's OOM killer has ended a process of our control group at that time.</summary>
        internal bool OutOfMemory { get; init; }
    }

    /// <summary>Policy: the options as the configuration has them now; null: they are as before. Refusal: the configuration is wrong, so nothing is reloaded.</summary>
    internal sealed record ReloadRequested(PoolPolicy? Policy = null, string? Refusal = null) : ManagerEvent;

    /// <summary>A signal that has no meaning yet.</summary>
    internal sealed record Unused(string Signal) : ManagerEvent;

    /// <summary>The manager is to become the program that is on disk now.</summary>
    internal sealed record RestartRequested : ManagerEvent;

    /// <summary>Failure: why the new program cannot start; null: it can.</summary>
    internal sealed record RestartTried(string? Failure) : ManagerEvent;

    /// <summary>The new program could not take over after all.</summary>
    internal sealed record RestartFailed(string Reason) : ManagerEvent;

    internal sealed record StopRequested : ManagerEvent;

    internal sealed record ScaleRequested(int Delta) : ManagerEvent;

    internal sealed record SizeRequested(int Count) : ManagerEvent;

    /// <summary>An operator asks for the replacement of one worker.</summary>
    internal sealed record RecycleRequested(int Slot) : ManagerEvent;

    /// <summary>An operator or the host wants no worker to accept connections, or wants that again.</summary>
    internal sealed record PauseRequested(bool Paused) : ManagerEvent;

    /// <summary>An operator wants the stacks of one worker. The answer is called on the manager's loop.</summary>
    internal sealed record StacksRequested(int Slot, Action<string> Answer) : ManagerEvent;

    /// <summary>The operator does not wait for that answer any longer.</summary>
    internal sealed record StacksGivenUp(int Slot, Action<string> Answer) : ManagerEvent;

    /// <summary>The lowest level of this library's own messages, here and in the workers; null: as the program has it.</summary>
    internal sealed record LogLevelRequested(Microsoft.Extensions.Logging.LogLevel? Level) : ManagerEvent;

    /// <summary>A connection waits, and at this moment no worker has taken it. Queue: how many wait, where that is looked at. IsShort: the manager has no descriptor or memory to accept it.</summary>
    internal sealed record ConnectionWaits(int Queue = 1, bool IsShort = false) : ManagerEvent;

    /// <summary>The manager has a connection to hand to a worker. Returned: a worker that was handed it has ended without having read it.</summary>
    internal sealed record Arrived(HandedConnection Connection, bool Returned = false) : ManagerEvent;

    /// <summary>A connection could not be handed to the worker. Passing: the system is short of something, the worker is as it was.</summary>
    internal sealed record NotHanded(int Slot, HandedConnection Connection, bool Passing) : ManagerEvent
    {
        /// <summary>The connection can be handed to no worker and is closed; the worker is as it was.</summary>
        internal bool IsLost { get; init; }
    }

    /// <summary>The worker has answered its request and may be handed another connection.</summary>
    internal sealed record Free(int Slot) : ManagerEvent;

    /// <summary>The worker has answered the last request that it may have, and ends.</summary>
    internal sealed record LastServed(int Slot) : ManagerEvent;

    /// <summary>What a <see cref="PoolAction.Look"/> has found.</summary>
    internal sealed record Looked(LookAt At, WorkerSample[] Samples) : ManagerEvent
    {
        /// <summary>How many connections wait in the queues of the listeners; looked at for <see cref="LookAt.Demand"/> only.</summary>
        internal int Queue { get; init; }
    }

    /// <summary>What a <see cref="PoolAction.LookAtQueues"/> has found, of each listener whose queue is known.</summary>
    internal sealed record QueuesLooked(IReadOnlyList<ListenerQueue> Queues) : ManagerEvent;

    /// <summary>What a <see cref="PoolAction.Examine"/> has found.</summary>
    internal sealed record Examined(int Slot, char State, TimeSpan Cpu) : ManagerEvent;

    /// <summary>The capture of a hung worker is over, well or not.</summary>
    internal sealed record Captured(int Slot) : ManagerEvent;

    /// <summary>A kill was armed on a request, which ended before it was sent; or whether it has could not be read.</summary>
    internal sealed record KillSpared(int Slot, bool Unknown = false) : ManagerEvent;

    internal sealed record Adopted(int ProcessId, bool Reaps, long StartTime = 0) : ManagerEvent;

    internal sealed record AdoptedEnded(int ProcessId) : ManagerEvent;

    /// <summary>A call of Shutdown, by the host or a worker. Unlike a second TERM it never kills.</summary>
    internal sealed record ShutdownRequested : ManagerEvent;
}
