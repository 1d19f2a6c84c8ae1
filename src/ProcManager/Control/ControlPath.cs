using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Control;

/// <summary>Where the control socket lies, so that the tool finds it without being told.</summary>
internal static class ControlPath
{
    internal const string Auto = "auto";

    private const string Run = "/run";
    private const string FolderName = "procmanager";
    private const string Ending = ".sock";

    /// <summary>Null: there is to be none, or no folder is fit for one.</summary>
    /// <param name="option">The option's value.</param>
    /// <param name="pidFile">The manager's pid file.</param>
    /// <param name="later">As whom the manager will run for good; null: as it does now.</param>
    internal static string? Choose(string? option, string? pidFile, Credentials? later = null)
    {
        if (option != Auto)
        {
            return option;
        }

        foreach (string folder in later is null ? Folders() : [FolderOf(later.User)])
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{folder}/{Environment.ProcessId}{Ending}");
            if (Fits(path) && TryPrepare(folder, later))
            {
                RemoveDead(folder);
                return path;
            }
        }

        return pidFile is not null && Fits(pidFile + Ending) ? pidFile + Ending : null;
    }

    /// <summary>The folders in which a manager of this user's may have its socket, the first choice first.</summary>
    internal static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is ['/', ..] and var runtime)
        {
            yield return $"{runtime.TrimEnd('/')}/{FolderName}";
        }

        uint user = Accounts.EffectiveUser;
        if (user == 0)
        {
            yield return $"{Run}/{FolderName}"; // first: the folder below goes when root logs out
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"/run/user/{user}/{FolderName}");
        if (user != 0)
        {
            yield return FolderOf(user);
        }
    }

    /// <summary>Of managers that root has started and that have become this user: only root can make a folder there.</summary>
    private static string FolderOf(uint user) => string.Create(CultureInfo.InvariantCulture, $"{Run}/{FolderName}.{user}");

    /// <summary>For root: the folders of the managers that it has started and that have become other users.</summary>
    internal static IEnumerable<string> FoldersOfOthers() => Accounts.EffectiveUser == 0 && Directory.Exists(Run) ? Directory.EnumerateDirectories(Run, FolderName + ".*") : [];

    /// <summary>It is a folder of ours, which we may make again.</summary>
    internal static bool IsOwn(string? folder) => folder is not null && (Folders().Contains(folder) || folder.StartsWith($"{Run}/{FolderName}.", StringComparison.Ordinal));

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= LocalSockets.MaxPathBytes;

    /// <summary>The folder is there, and is this user's own. A folder above it that another user may change could have a link put into it.</summary>
    internal static bool TryPrepare(string folder) => TryPrepare(folder, null);

    private static bool TryPrepare(string folder, Credentials? later)
    {
        if (FileIdentity.OfTarget(Path.GetDirectoryName(folder)!) is not { IsFolder: true, IsOursOrRoots: true, IsWritableByOthers: false })
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (later is not null && FileIdentity.OfPath(folder) is { IsFolder: true, IsPrivate: true } made && made.Owner == Accounts.EffectiveUser)
            {
                using var open = OpenFolder.Open(folder, follow: false);
                open.Give(later.User, later.Group);
            }

            return FileIdentity.OfPath(folder) is { IsFolder: true, IsPrivate: true } found && found.Owner == (later?.User ?? Accounts.EffectiveUser);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException)
        {
            return false;
        }
    }

    /// <summary>A manager that was killed has left its socket behind. The name has its number; a socket whose process is there is left alone.</summary>
    private static void RemoveDead(string folder)
    {
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*" + Ending))
            {
                if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid != Environment.ProcessId && ProcFs.StartTime(pid) == 0 && LocalSockets.IsDead(file))
                {
                    File.Delete(file);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // another manager removes them at this moment
        }
    }
}
