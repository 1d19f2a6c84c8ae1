using System.Runtime.CompilerServices;
using Mono.Unix.Native;

namespace ProcManager.Posix;

/// <summary>Users and groups by name or number, and who owns a file.</summary>
internal static class Accounts
{
    internal const uint Unchanged = uint.MaxValue;

    /// <summary>The user as whom this process acts.</summary>
    internal static uint EffectiveUser => LibC.geteuid();

    internal static uint UserId(string user) =>
        uint.TryParse(user, out uint id) ? id : LookUp("user", user, static name => Syscall.getpwnam(name)?.pw_uid, AccountDatabase.UserId);

    internal static uint GroupId(string group) =>
        uint.TryParse(group, out uint id) ? id : LookUp("group", group, static name => Syscall.getgrnam(name)?.gr_gid, AccountDatabase.GroupId);

    private static uint LookUp(string kind, string name, Func<string, uint?> monoPosix, Func<string, uint?> cLibrary)
    {
        // The package leaves the native helper of Mono.Posix out of a program compiled ahead.
        uint? id = RuntimeFeature.IsDynamicCodeSupported ? Ask(name, monoPosix, cLibrary) : cLibrary(name);
        return id ?? throw new ProcManagerException($"There is no {kind} named '{name}' on this machine. Give an existing name or a number.");
    }

    /// <summary>Asks Mono.Posix, and where its native helper cannot be loaded (musl, a file that was not deployed), the C library.</summary>
    private static uint? Ask(string name, Func<string, uint?> monoPosix, Func<string, uint?> cLibrary)
    {
        try
        {
            return monoPosix(name);
        }
        catch (Exception e) when (IsMissingHelper(e))
        {
            return cLibrary(name);
        }
    }

    /// <summary>FileNotFoundException: the managed half is missing, too. BadImageFormatException: both are for another processor.</summary>
    private static bool IsMissingHelper(Exception e) =>
        e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or FileNotFoundException or BadImageFormatException;
}
