using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Tests.Scoreboard;

/// <summary>One scoreboard, seen as manager and workers see it: the memory is mapped once for each.</summary>
internal sealed unsafe class Board : IDisposable
{
    internal Board(int capacity = 8) => Manager = new ManagerBoard(capacity);

    internal ManagerBoard Manager { get; }

    internal ScoreboardSnapshot Snapshot() => SnapshotReader.Read(Manager.Memory);

    internal SlotSnapshot Slot(int slot) => Snapshot().Slots.Single(s => s.Slot == slot);

    /// <summary>A worker that lives, as the manager sees it.</summary>
    internal void Start(int slot, int pid = 4711)
    {
        Manager.SlotBeingStarted(slot, 1);
        Manager.SlotAlive(slot, pid);
    }

    /// <summary>The worker's side, through a mapping of its own.</summary>
    internal WorkerBoard Open(int slot)
    {
        WorkerBoard worker = WorkerBoard.Open(Manager.Memory.Fd, slot);
        worker.Begin();
        return worker;
    }

    internal void End(int slot, WorkerExitCause cause = WorkerExitCause.Stopped, bool crash = false) =>
        Manager.AddEnd(Exit(slot) with { Cause = cause, Requests = Manager.Requests(slot) }, crash);

    internal static WorkerExit Exit(int slot) => new() { Slot = slot, ProcessId = 4711, Generation = 1, Cause = WorkerExitCause.Stopped, ExitCode = 0 };

    internal void Forge(int at, int value) => *(int*)(Manager.Memory.Address + at) = value;

    public void Dispose() => Descriptors.Close(Manager.Memory.Fd);
}
