using Mono.Unix.Native;

namespace ProcManager.Posix;

/// <summary>Users and groups by name or number, and who owns a file.</summary>
internal static class Accounts
{
    internal const uint Unchanged = uint.MaxValue;

    internal static uint UserId(string user) =>
        uint.TryParse(user, out uint id) ? id : LookUp("user", user, static name => Syscall.getpwnam(name)?.pw_uid);

    internal static uint GroupId(string group) =>
        uint.TryParse(group, out uint id) ? id : LookUp("group", group, static name => Syscall.getgrnam(name)?.gr_gid);

    private static uint LookUp(string kind, string name, Func<string, uint?> find)
    {
        try
        {
            return find(name) ?? throw new ProcManagerException($"There is no {kind} named '{name}' on this machine. Give an existing name or a number.");
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            // The native helper of Mono.Posix is missing on musl and on Apple Silicon.
            throw new ProcManagerException($"The {kind} '{name}' cannot be looked up on this platform. Give its number instead.", e);
        }
    }
}
