namespace ProcManager.Supervision;

/// <summary>
/// A crash, from its beginning. A worker tells the manager that an exception has no handler before the runtime writes stack and dump, which may take
/// seconds; a crash without an exception is seen by its dump. The worker's place is given to another at once. What a crash means depends on whether the worker had served: then the crash costs its own request and
/// no more; a worker that had not served counts for <see cref="CrashBreaker"/>.
/// </summary>
internal static class CrashPolicy
{
    /// <summary>A crash has at least so long, however short the die timeout is: the runtime writes the stack before it begins with a dump.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(5);

    /// <summary>A dump gets so much time beyond the worker's own deadline: a runtime writes some 250 MB a second.</summary>
    private static readonly TimeSpan DumpTime = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan DumpAgain = TimeSpan.FromSeconds(1);

    internal static void Begins(Turn turn, ManagerEvent.Crashing crashing)
    {
        if (turn.Find(crashing.Slot) is not { IsLive: true } worker || worker.Phase == WorkerPhase.Launching)
        {
            return; // the worker was told to leave: its place is another's already
        }

        if (worker.IsAway)
        {
            turn.Do(new PoolAction.EndCapture(worker.Slot)); // a hang that ends in a crash
        }

        WorkerExitCause cause = worker.EverReady ? WorkerExitCause.Crashed : WorkerExitCause.FailedToStart;
        Leisure.End(turn, worker.Slot);
        turn.Put(turn.Find(worker.Slot)! with
        {
            Phase = WorkerPhase.Leaving,
            IsCrashing = true,
            LeaveCause = cause,
            Hang = null,
            Rogue = null,
            Deadline = turn.Now + (turn.Policy.DieTimeout < Least ? Least : turn.Policy.DieTimeout),
        });
        turn.State = turn.State with { EverServed = turn.State.EverServed || crashing.Served }; // the replacement may fail before this one has ended
        Demand.Gone(turn, worker);
        turn.Do(new PoolAction.SayCrashing(worker.Slot));
        Lifecycle.OfferWaiting(turn, worker);
        if (crashing is { CannotBind: true, Served: false })
        {
            CannotBind(turn, worker);
        }
        else
        {
            Counts(turn, worker, crashing.Served, cause, Lifecycle.Describe(worker, cause, crashing.How));
        }
    }

    /// <summary>A crash without an exception (FailFast, a signal) tells nothing; while its dump is being written, it is seen by that.</summary>
    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        foreach (WorkerSample sample in looked.Samples.Where(static s => s.IsDumping))
        {
            Begins(turn, new ManagerEvent.Crashing(sample.Slot, sample.Served) { How = "a crash whose dump is being written" });
        }
    }

    /// <summary>
    /// A worker that had served is replaced at once, however often: the crash breaker is for workers that fail before. Only while a new program is on trial in
    /// a reload the crash says something about the program.
    /// </summary>
    internal static void Counts(Turn turn, WorkerState worker, bool served, WorkerExitCause cause, string what)
    {
        if (worker.HasRequest)
        {
            return; // one request a process: whatever the request does, it costs that one
        }

        if (!served)
        {
            Lifecycle.CountFailure(turn, worker, cause, what);
        }
        else if (!worker.FailureCounted && ReloadPolicy.IsOnTrial(turn, worker))
        {
            ReloadPolicy.Failed(turn, worker.Generation, what);
        }
    }

    /// <summary>The kill was not sent, and is tried again as long as the dump goes on, up to a limit.</summary>
    internal static void DumpUnderWay(Turn turn, int slot)
    {
        if (turn.Find(slot) is not { Phase: WorkerPhase.Killed } worker)
        {
            return;
        }

        TimeSpan until = worker.DumpUntil ?? turn.Now + DumpTime;
        turn.Put(worker with { DumpUntil = until, Deadline = turn.Now + DumpAgain });
        if (worker.DumpUntil is null)
        {
            turn.Do(new PoolAction.SayDump(slot, DumpTime));
        }
    }

    /// <summary>No further start will help until the address is free: as good as a program that cannot be started.</summary>
    private static void CannotBind(Turn turn, WorkerState worker)
    {
        if (worker.FailureCounted || worker.HasRequest || turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        turn.Put(turn.Find(worker.Slot)! with { FailureCounted = true });
        string what = $"worker {worker.Slot} cannot bind an address of its own";
        ReloadPolicy.Failed(turn, worker.Generation, what, ran: true);
        CrashBreaker.CannotBind(turn, worker.Slot, what);
    }
}
