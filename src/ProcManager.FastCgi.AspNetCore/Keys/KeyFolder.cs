using ProcManager.Posix;

namespace ProcManager.FastCgi.AspNetCore.Keys;

/// <summary>
/// Where the keys of ASP.NET Core's data protection lie, so that each worker reads what another one has signed. The manager looks for the place once and
/// hands it to its workers in an environment variable. With a home folder the place is ASP.NET Core's own. Without a home folder ASP.NET Core would keep keys in
/// each worker's memory. Then the place is the first of these: a folder below systemd's STATE_DIRECTORY, below XDG_STATE_HOME, beside the pid file, or a new folder
/// in the temporary folder, which lives as long as the manager.
/// </summary>
internal sealed record KeyFolder(string Path, bool IsOfHome)
{
    private const string Variable = "PROCMANAGER_KEY_FOLDER";
    private const string Name = "data-protection-keys";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The folder that the manager has handed to this worker; null when there is none.</summary>
    internal static KeyFolder? OfManager { get; private set; }

    /// <summary>In the manager.</summary>
    /// <param name="pidFile">The manager's pid file.</param>
    /// <param name="workers">As whom the workers run; null: as the manager. In another user's home folder root makes nothing.</param>
    internal static void HandToWorkers(string? pidFile, Credentials? workers)
    {
        KeyFolder folder = (workers is null ? OfHome() : null) ?? new KeyFolder(Stable(pidFile, workers) ?? Temporary(workers), IsOfHome: false);
        Environment.SetEnvironmentVariable(Variable, (folder.IsOfHome ? "home:" : "own:") + folder.Path);
    }

    /// <summary>In a worker. Processes that the worker starts do not inherit the variable.</summary>
    internal static void TakeFromManager()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(':', 2) is [var kind, var path])
        {
            OfManager = new KeyFolder(path, kind == "home");
            Environment.SetEnvironmentVariable(Variable, null);
        }
    }

    // As ASP.NET Core chooses it, which takes HOME without a look at the user's entry in /etc/passwd.
    private static KeyFolder? OfHome()
    {
        string? home = Environment.GetEnvironmentVariable("LOCALAPPDATA") is { Length: > 0 } data ? System.IO.Path.Combine(data, "ASP.NET")
            : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } own ? System.IO.Path.Combine(own, ".aspnet")
            : null;
        return home is not null && Make(System.IO.Path.Combine(home, "DataProtection-Keys")) is { } path && CanWrite(path) ? new KeyFolder(path, IsOfHome: true) : null;
    }

    private static string? Stable(string? pidFile, Credentials? workers)
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0],
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? System.IO.Path.Combine(state, AppDomain.CurrentDomain.FriendlyName) : null,
            pidFile is null ? null : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(pidFile)),
        ];
        return places.Where(static p => !string.IsNullOrEmpty(p)).Select(p => MakePrivate(p!, workers)).FirstOrDefault(static p => p is not null);
    }

    /// <summary>A folder that is ours alone, below a parent that no other user can change; null when that cannot be had here.</summary>
    private static string? MakePrivate(string parent, Credentials? workers)
    {
        string path = System.IO.Path.Combine(parent, Name);
        return Make(parent) is not null && IsOurs(parent, mayBeRead: true) && Make(path) is not null && (IsOurs(path, mayBeRead: false) || IsOf(path, workers)) && CanWrite(path) && Give(path, workers) ? path : null;
    }

    private static bool IsOurs(string path, bool mayBeRead)
    {
        const int WriteOfOthers = 0b010_010;
        FileIdentity? found = FileIdentity.OfPath(path);
        if (mayBeRead && found is { IsSymbolicLink: true, Owner: 0 })
        {
            found = FileIdentity.OfTarget(path); // with DynamicUser=yes systemd makes such a link
        }

        return found is { IsFolder: true } folder
            && (folder.Owner == LibC.geteuid() || (mayBeRead && folder.Owner == 0))
            && (mayBeRead ? (folder.Mode & WriteOfOthers) == 0 : folder.IsPrivate);
    }

    private static bool IsOf(string path, Credentials? workers) => FileIdentity.OfPath(path) is { IsFolder: true, IsPrivate: true } folder && folder.Owner == workers?.User;

    /// <summary>False when the workers cannot come to it, as below a folder that only root may enter.</summary>
    private static bool Give(string path, Credentials? workers)
    {
        try
        {
            if (workers is null)
            {
                return true;
            }

            using var folder = OpenFolder.Open(path, follow: false);
            folder.Give(workers.User, workers.Group);
            using (new BorrowedCredentials(workers))
            {
                return Programs.MayRead(path);
            }
        }
        catch (PosixException)
        {
            return false; // the next place is tried
        }
    }

    private static string? Make(string path)
    {
        try
        {
            return Directory.CreateDirectory(path, OwnerOnly).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the next place is tried
        }
    }

    private static bool CanWrite(string path)
    {
        string probe = System.IO.Path.Combine(path, $".{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Temporary(Credentials? workers)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("procmanager-keys-"); // a name of its own, 0700
        _ = Give(folder.FullName, workers);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                folder.Delete(recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // only its owner can read the folder
            }
        };
        return folder.FullName;
    }
}
