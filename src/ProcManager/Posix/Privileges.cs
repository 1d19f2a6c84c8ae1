using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>What a thread and the processes that it starts may not do.</summary>
internal static class Privileges
{
    /// <summary>This thread and what it starts gain no privileges by exec; see PR_SET_NO_NEW_PRIVS of prctl(2). For good.</summary>
    internal static void DenyNew() => PosixException.ThrowIf(LibC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0, "prctl(PR_SET_NO_NEW_PRIVS)");
}
