using System.Globalization;

namespace ProcManager.Posix;

/// <summary>
/// The share of a processor that a process gets, see setpriority(2). Taking it away is everybody's right, giving it back takes CAP_SYS_NICE or a limit
/// (RLIMIT_NICE) that allows it; where that is missing nothing is done at all.
/// </summary>
internal static unsafe class Priority
{
    private const int Process = 0; // on Linux: one thread
    private const int RlimitNice = 13;
    private const int CapSysNice = 23;
    private const int Lowered = 15;

    private static readonly Lazy<int?> Own = new(static () => OperatingSystem.IsLinux() && MayRaise() ? LibC.getpriority(Process, 0) : null);

    /// <summary>To be called before the process has made a thread: those that it makes have what it has.</summary>
    internal static void Lower(int pid)
    {
        if (Own.Value is not null)
        {
            _ = LibC.setpriority(Process, pid, Lowered);
        }
    }

    /// <summary>All its threads have what this process has.</summary>
    internal static void Restore(int pid)
    {
        if (Own.Value is not { } own)
        {
            return;
        }

        try
        {
            foreach (string thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")))
            {
                _ = LibC.setpriority(Process, int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), own);
            }
        }
        catch (IOException)
        {
            // it has ended
        }
    }

    private static bool MayRaise()
    {
        ulong* limit = stackalloc ulong[2];
        if (LibC.getrlimit(RlimitNice, limit) == 0 && limit[0] >= (ulong)(20 - LibC.getpriority(Process, 0)))
        {
            return true;
        }

        string? capabilities = File.ReadLines("/proc/self/status").FirstOrDefault(static l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return capabilities is not null
            && ulong.TryParse(capabilities.AsSpan(7).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            && (set & (1UL << CapSysNice)) != 0;
    }
}
