using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// Whether the kernel may send TTIN or TTOU to this process. The kernel does so when a process in the background of its terminal reads from the terminal, or
/// writes to it under <c>stty tostop</c>.
/// </summary>
internal static unsafe class Terminal
{
    /// <summary>Offset of c_lflag in struct termios, the same on every Linux.</summary>
    private const int LocalFlagsAt = 3 * sizeof(uint);

    internal static bool MayHaveSent(int signal) => signal == Signals.TTIN ? StopsReading : StopsWriting;

    /// <summary>Standard input is a terminal in whose background this process is.</summary>
    internal static bool StopsReading => IsBehind(0);

    /// <summary>The same of standard output or error, and the terminal stops writers in the background.</summary>
    internal static bool StopsWriting => (IsBehind(1) && HasToStop(1)) || (IsBehind(2) && HasToStop(2));

    // Fails for what is no terminal, and for a terminal that does not control this session.
    private static bool IsBehind(int fd) => LibC.tcgetpgrp(fd) is >= 0 and var foreground && foreground != LibC.getpgrp();

    private static bool HasToStop(int fd)
    {
        byte* settings = stackalloc byte[256];
        return LibC.tcgetattr(fd, settings) == 0 && (*(uint*)(settings + LocalFlagsAt) & TOSTOP) != 0;
    }
}
