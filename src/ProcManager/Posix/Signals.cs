using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>One signal: number, name, the verb an operator uses for it, and what it means to manager and worker.</summary>
internal sealed record SignalRow(int Number, string Name, string Verb, string Manager, string Worker);

/// <summary>The one table of signals: registration, log texts and documentation go by it.</summary>
internal static unsafe class Signals
{
    internal const int HUP = 1;
    internal const int INT = 2;
    internal const int QUIT = 3;
    internal const int KILL = 9;
    internal const int TERM = 15;

    // Linux numbers; macOS and the BSDs differ in these.
    internal static readonly int USR1 = OperatingSystem.IsLinux() ? 10 : 30;
    internal static readonly int USR2 = OperatingSystem.IsLinux() ? 12 : 31;
    internal static readonly int CHLD = OperatingSystem.IsLinux() ? 17 : 20;
    internal static readonly int TTIN = 21;
    internal static readonly int TTOU = 22;

    /// <summary>The orders to a manager wait, on this thread and in the program that it becomes.</summary>
    internal static void BlockOrders() => MaskOrders(Constants.SIG_BLOCK);

    internal static void UnblockOrders() => MaskOrders(Constants.SIG_UNBLOCK);

    private static void MaskOrders(int how)
    {
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        foreach (int signal in (int[])[HUP, INT, QUIT, TERM, USR1, USR2, TTIN, TTOU])
        {
            mask[0] |= 1ul << (signal - 1);
        }

        _ = LibC.pthread_sigmask(how, mask, null);
    }

    internal static readonly SignalRow[] Table =
    [
        new(HUP, "SIGHUP", "reload", "replaces every worker", "finishes its request and leaves"),
        new(TERM, "SIGTERM", "stop", "stops gracefully; a second one kills", "finishes its request and leaves"),
        new(INT, "SIGINT", "stop", "stops gracefully; a second one kills", "finishes its request and leaves"),
        new(QUIT, "SIGQUIT", "stop", "stops gracefully; a second one kills", "finishes its request and leaves"),
        new(TTIN, "SIGTTIN", "scale up", "one worker more", "ignored"),
        new(TTOU, "SIGTTOU", "scale down", "one worker fewer", "ignored"),
        new(USR1, "SIGUSR1", "reopen", "opens the log file again", "the host's own"),
        new(USR2, "SIGUSR2", "restart", "restarts the manager in place", "the host's own"),
        new(CHLD, "SIGCHLD", "reap", "a worker has ended", "the host's own"),
        new(KILL, "SIGKILL", "kill", "cannot be caught", "cannot be caught"),
    ];

    private static readonly string[] Others =
    [
        "", "", "", "", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "", "", "SIGSEGV", "", "SIGPIPE", "SIGALRM",
    ];

    /// <summary>The name as in signal(7), or "signal N".</summary>
    internal static string Name(int number)
    {
        foreach (SignalRow row in Table)
        {
            if (row.Number == number)
            {
                return row.Name;
            }
        }

        return number > 0 && number < Others.Length && Others[number].Length > 0 ? Others[number] : $"signal {number}";
    }

    /// <summary>True when the disposition is SIG_IGN, as after nohup or a shell's trap ''.</summary>
    internal static bool IsIgnored(int number)
    {
        nint* old = stackalloc nint[64]; // struct sigaction: the handler comes first on Linux and macOS
        return LibC.sigaction(number, null, old) == 0 && old[0] == SIG_IGN;
    }

    /// <summary>
    /// Gives an inherited "ignored" its default action back. Without it SIGCHLD is never sent and the kernel reaps our
    /// children, and the runtime leaves an ignored SIGHUP ignored whatever is registered.
    /// </summary>
    internal static int[] ResetIgnored() => [.. new[] { CHLD, HUP, TERM }.Where(ResetIfIgnored)];

    internal static void Ignore(int number) => _ = LibC.signal(number, SIG_IGN);

    internal static bool ResetIfIgnored(int number)
    {
        if (!IsIgnored(number))
        {
            return false;
        }

        _ = LibC.signal(number, SIG_DFL);
        return true;
    }
}
