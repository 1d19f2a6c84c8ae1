using System.Globalization;

namespace ProcManager.Posix;

/// <summary>
/// A process that gets little more than the processor time that others leave: the last of all nice values, and with it the shortest time slice, so that whoever
/// serves takes the processor from it soon; with the usual slice it would keep it for milliseconds. Not SCHED_IDLE, of which that would hold even more: glibc
/// remembers a thread's policy, and a thread made then would give it to later threads for good. Any user may take priority away; giving it back takes CAP_SYS_NICE
/// or a limit (RLIMIT_NICE) that allows it. In a user namespace, as in a rootless container, the capability is shown and not granted, so a thread of our own tries it; where
/// that fails nothing is done at all.
/// </summary>
internal static unsafe class Priority
{
    private const int MostPasses = 10;

    /// <summary>Not quite the shortest: a thread that took that one for itself is told from those that were given this.</summary>
    private const ulong Slice = Scheduling.ShortestSlice + 10_000;

    // Null when there is nothing to be done: a manager of real time, an idle one, or one that is the last of all itself, keeps to what it was given.
    private static readonly Lazy<int?> Own = new(static () =>
        Scheduling.TryGet(0, out SchedulingAttributes own) && own is { IsFair: true, Nice: < Scheduling.LastOfAll } && MayRaise(own) ? own.Nice : null);

    /// <summary>All its threads, and those that they make.</summary>
    internal static void Lower(int pid)
    {
        if (Own.Value is not null)
        {
            Change(pid, static (ref SchedulingAttributes thread) =>
            {
                bool changes = thread.Nice < Scheduling.LastOfAll;
                thread.Nice = Scheduling.LastOfAll;
                thread.Runtime = Slice;
                return changes;
            });
        }
    }

    /// <summary>Gives a nice value, or else what this process has, to all threads of a process, and to the processes that it has started meanwhile.</summary>
    internal static void Restore(int pid, int? nice)
    {
        if (Own.Value is { } own && (nice ?? own) is var its and < Scheduling.LastOfAll)
        {
            Change(pid, its);
            foreach (int child in ProcFs.Children(pid))
            {
                Restore(child, nice);
            }
        }
    }

    private static void Change(int pid, int own) => Change(pid, (ref SchedulingAttributes thread) =>
    {
        bool changes = thread.Nice == Scheduling.LastOfAll;
        thread.Nice = own;
        thread.Runtime = thread.Runtime == Scheduling.ShortestSlice ? thread.Runtime : 0;
        return changes;
    });

    private delegate bool Changes(ref SchedulingAttributes thread);

    /// <summary>A thread has what the one has that makes it, so one may appear behind the pass that changes its maker: until a pass finds none.</summary>
    private static void Change(int pid, Changes change)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task");
        bool found = true;
        try
        {
            for (int pass = 0; found && pass < MostPasses; pass++)
            {
                found = false;
                foreach (string name in Directory.EnumerateDirectories(folder))
                {
                    int thread = int.Parse(Path.GetFileName(name.AsSpan()), CultureInfo.InvariantCulture);
                    found |= Scheduling.TryGet(thread, out SchedulingAttributes its) && its.IsFair && change(ref its) && Scheduling.TrySet(thread, its);
                }
            }
        }
        catch (IOException)
        {
            // it has ended
        }
    }

    /// <summary>Whether a thread can lower its priority and raise it again; one made for this tries.</summary>
    private static bool MayRaise(SchedulingAttributes own)
    {
        bool raised = false;
        var trial = new Thread(() =>
        {
            SchedulingAttributes lowered = own;
            lowered.Nice = Scheduling.LastOfAll;
            raised = Scheduling.TrySet(0, lowered) && Scheduling.TrySet(0, own);
        });
        try
        {
            trial.Start();
            trial.Join();
            return raised;
        }
        catch (OutOfMemoryException)
        {
            return false; // no thread can be made
        }
    }
}
