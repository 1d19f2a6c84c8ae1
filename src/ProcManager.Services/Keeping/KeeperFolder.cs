using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>The folder of the keeper's own files.</summary>
internal sealed class KeeperFolder
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const int OwnerMayWrite = 0b010_000_000;

    private KeeperFolder(string path) => Path = path;

    internal string Path { get; }

    internal string Lock => Path + "/keeper.lock";

    internal string Socket => Path + "/keeper.sock";

    /// <summary>Why there can be no socket, and what to do; null: there can.</summary>
    internal string? SocketMistake =>
        System.Text.Encoding.UTF8.GetByteCount(Socket) > LocalSockets.MaxPathBytes ? $"the path '{Socket}' is longer than {LocalSockets.MaxPathBytes} bytes; give the keeper a folder with a shorter path"
        : FileIdentity.OfPath(Socket) is { IsSocket: false } ? $"'{Socket}' is there and is no socket; remove it"
        : Accounts.EffectiveUser != 0 && FileIdentity.OfTarget(Path) is { IsFolder: true } folder && (folder.Mode & OwnerMayWrite) == 0 && folder.Owner == Accounts.EffectiveUser ? $"this user may not write into '{Path}'; change its mode (chmod 700)"
        : null;

    internal string Status => Path + "/status.json";

    internal string Snapshots => Path + "/snapshots";

    internal string State(string service) => $"{Path}/state/{service}.json";

    internal string Pipe(string service) => $"{Path}/pipes/{service}";

    internal string Log(string service) => $"{Path}/logs/{service}.log";

    internal string StartOutput(string service) => $"{Path}/starts/{service}.out";

    /// <summary>Where the folder is unless an option says otherwise.</summary>
    internal static string Default()
    {
        if (Accounts.EffectiveUser == 0)
        {
            return "/var/lib/procmanager/keep";
        }

        string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is ['/', ..] and var given
            ? given
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify) + "/.local/state";
        return state.TrimEnd('/') + "/procmanager/keep";
    }

    /// <summary>The path of the options' folder, absolute.</summary>
    internal static string PathOf(ServiceKeeperOptions options) => System.IO.Path.GetFullPath(options.Folder ?? Default()) is var path && path.Length > 1 ? path.TrimEnd('/') : path;

    /// <summary>A folder that may have no keeper; nothing is made.</summary>
    internal static KeeperFolder At(string path) => new(path);

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="ProcManagerException">It cannot be made, or another user may change it.</exception>
    internal static KeeperFolder Prepare(string path)
    {
        try
        {
            foreach (string folder in (string[])[path, path + "/state", path + "/pipes", path + "/logs", path + "/starts"])
            {
                Directory.CreateDirectory(folder, OwnersOnly);
                if (FileIdentity.OfTarget(folder) is not { IsFolder: true, IsOursOrRoots: true, IsWritableByOthers: false })
                {
                    throw new ProcManagerException($"The keeper's folder '{folder}' is not used: it must belong to this user or root, and no other user may change it. Give another folder, or change its owner and mode (chmod 700).");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProcManagerException($"The keeper's folder '{path}' cannot be made: {e.Message} Give a folder that this user may make.", e);
        }

        return new KeeperFolder(path);
    }
}
