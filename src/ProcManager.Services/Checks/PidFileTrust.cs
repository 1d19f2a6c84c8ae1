using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>The users whose word on the number of a process counts: root, the keeper's own, and the process's, who may end it anyway.</summary>
/// <param name="User">The user as whom the process acts.</param>
/// <param name="Group">Its group.</param>
internal readonly record struct PidFileTrust(uint User, uint Group)
{
    /// <summary>A clock is corrected by seconds when the machine has started.</summary>
    private static readonly TimeSpan ClearlyLater = TimeSpan.FromMinutes(1);

    /// <summary>The process has begun when the file was written already, so it is another one with the number. A clock that was set forward looks the same.</summary>
    internal static bool IsOlderThan(in FileIdentity file, long startTime) =>
        DateTimeOffset.UtcNow.ToUnixTimeSeconds() - file.Modified > ProcFs.Age(startTime).TotalSeconds + ClearlyLater.TotalSeconds;

    /// <summary>No other user can have chosen what is read at this path: neither by the file, nor by a link in its place, nor by a folder on the way.</summary>
    internal bool Covers(string path, in FileIdentity file)
    {
        if (!CoversFile(file) || FileIdentity.OfPath(path) is not { } entry || !CoversOwner(entry))
        {
            return false;
        }

        for (int slash = 0; slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            string folder = slash == 0 ? "/" : path[..slash];
            if (FileIdentity.OfPath(folder) is not { } named || !CoversOwner(named) || FileIdentity.OfTarget(folder) is not { } found || !(CoversOwner(found) && (found.IsSticky || CoversWriters(found))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>In a folder for all, as /tmp, a second name may be another user's link to a file of root's.</summary>
    internal bool CoversFile(in FileIdentity file) => CoversOwner(file) && CoversWriters(file) && file.Links <= 1;

    private bool CoversOwner(in FileIdentity entry) => entry.IsOursOrRoots || entry.Owner == User;

    /// <summary>The group of a daemon may change its files, but not those of root's daemons.</summary>
    private bool CoversWriters(in FileIdentity entry) => !entry.IsWritableByAll && (!entry.IsWritableByGroup || entry.Group == 0 || (entry.Group == Group && User != 0));
}
