using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>Looks at the workers: request numbers in the shared memory, processor time and memory in <c>/proc</c>. It measures, and judges nothing.</summary>
internal sealed class Looker(WorkerTable workers, ManagerBoard board, ProcessManagerOptions options)
{
    internal WorkerSample[] Look(LookAt at)
    {
        var samples = new List<WorkerSample>(workers.Count);
        foreach (WorkerHandle worker in workers.All)
        {
            if (worker.Exit is null)
            {
                samples.Add(Look(worker, at));
            }
        }

        return [.. samples];
    }

    /// <summary>True while this request is under way; of none: while the worker is stopped. Null: it could not be read.</summary>
    internal bool? IsUnderWay(WorkerHandle worker, RequestKey key)
    {
        if (key.IsNone)
        {
            return Children.IsStopped(worker.Pid);
        }

        SlotLook look = board.Look(worker.Slot);
        return !key.IsScope ? look.Dispatch == key.Number
            : look.Unknown ? null
            : look.Oldest.Number == key.Number || look.Long.Number == key.Number || look.Own.Number == key.Number;
    }

    /// <summary>The state of the process and its threads, and what they all have used.</summary>
    internal static (char State, TimeSpan Cpu) Examine(int pid)
    {
        _ = ProcFs.TryStat(pid, out char state, out TimeSpan cpu);
        return (state is 'T' or 't' ? state : ThreadReport.StateOf(pid, state), cpu);
    }

    private WorkerSample Look(WorkerHandle worker, LookAt at)
    {
        bool stopped = at.HasFlag(LookAt.Requests) && Children.IsStopped(worker.Pid); // first: what it has in hand cannot change after that
        SlotLook look = board.Look(worker.Slot);
        long memory = 0;
        TimeSpan cpu = default;
        if (at.HasFlag(LookAt.Memory))
        {
            memory = MemoryGauge.Measure(worker.Pid, options.MemoryMeasure);
        }

        if (at.HasFlag(LookAt.Cpu))
        {
            cpu = ProcFs.Cpu(worker.Pid);
        }

        bool dumping = at.HasFlag(LookAt.Dumps) && ProcFs.IsTraced(worker.Pid) && CrashDump.OfACrash(worker.Pid);
        board.SlotUses(worker.Slot, memory, cpu);
        return new WorkerSample(worker.Slot)
        {
            Requests = look.Busy && (at & (LookAt.Requests | LookAt.Cpu)) != 0 ? Requests(look) : [],
            Untold = Time(look.Untold),
            Unknown = look.Unknown,
            Stopped = stopped,
            Progress = (long)look.Dispatch + (2 * look.Finished) + look.Active,
            Busy = look.Busy,
            Memory = memory,
            Cpu = cpu,
            IsDumping = dumping,
            Served = dumping && board.HasServed(worker.Slot),
        };
    }

    private static RequestSeen[] Requests(in SlotLook look)
    {
        var seen = new List<RequestSeen>(4);
        if (look.InDispatch)
        {
            seen.Add(new RequestSeen(new RequestKey(look.Dispatch, false), null, Time(look.DispatchDue), look.DispatchIsLong) { Given = Time(look.DispatchGiven) });
        }

        Add(seen, look.Oldest, false);
        Add(seen, look.Own, false);
        Add(seen, look.Long, true);
        return [.. seen];
    }

    private static void Add(List<RequestSeen> seen, in RequestLook request, bool isLong)
    {
        if (request.Number > 0)
        {
            seen.Add(new RequestSeen(new RequestKey(request.Number, true), Time(request.Began) ?? TimeSpan.Zero, Time(request.Due), isLong) { Given = Time(request.Given) });
        }
    }

    // A worker may write what it likes: nothing that is reckoned with it must overflow.
    private static TimeSpan? Time(long ticks) => ticks > 0 ? TimeSpan.FromTicks(Math.Min(ticks, TimeSpan.MaxValue.Ticks / 4)) : null;
}
