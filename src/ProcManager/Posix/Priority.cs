using System.Globalization;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// A process that gets only the processor time that others leave, SCHED_IDLE of sched(7): whoever serves takes the processor from it at once, where a high nice
/// value would let it finish its slice of some milliseconds. Taking priority away is everybody's right, giving it back takes CAP_SYS_NICE or a limit
/// (RLIMIT_NICE) that allows it; where that is missing nothing is done at all.
/// </summary>
internal static unsafe class Priority
{
    private const int RlimitNice = 13;
    private const int CapSysNice = 23;
    private const int MostPasses = 10;

    // Null when there is nothing to be done: a manager of real time, or an idle one, keeps to what it was given.
    private static readonly Lazy<int?> Own = new(static () =>
        OperatingSystem.IsLinux() && (LibC.sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) is var policy and (SCHED_OTHER or SCHED_BATCH) && MayRaise() ? policy : null);

    /// <summary>All its threads, and those that they make. The nice value stays what it is.</summary>
    internal static void Lower(int pid)
    {
        if (Own.Value is { } own)
        {
            Change(pid, own, SCHED_IDLE);
        }
    }

    /// <summary>All its threads have what this process has.</summary>
    internal static void Restore(int pid)
    {
        if (Own.Value is { } own)
        {
            Change(pid, SCHED_IDLE, own);
        }
    }

    /// <summary>A thread has the policy of the one that makes it, so one may appear behind the pass that changes its maker: until a pass finds none.</summary>
    private static void Change(int pid, int from, int to)
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
                    int priority = 0;
                    found |= LibC.sched_getscheduler(thread) == from && LibC.sched_setscheduler(thread, to, &priority) == 0;
                }
            }
        }
        catch (IOException)
        {
            // it has ended
        }
    }

    private static bool MayRaise()
    {
        int nice = LibC.getpriority(PRIO_PROCESS, 0);
        ulong* limit = stackalloc ulong[2];
        if (LibC.getrlimit(RlimitNice, limit) == 0 && limit[0] >= (ulong)(20 - nice))
        {
            return true;
        }

        string? capabilities = File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return capabilities is not null
            && ulong.TryParse(capabilities.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            && (set & (1UL << CapSysNice)) != 0;
    }
}
