using ProcManager.Posix;
using ProcManager.Services.Keeping;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary>Connects to the keeper of a folder.</summary>
internal static class KeeperFinder
{
    /// <summary>Null: none runs.</summary>
    /// <param name="folder">The keeper's.</param>
    /// <param name="noKeeper">What to say then.</param>
    /// <exception cref="ToolException">It does not answer.</exception>
    internal static ManagerClient? TryConnect(string folder, out ToolException? noKeeper)
    {
        noKeeper = NoKeeper(folder);
        return noKeeper is null ? ManagerClient.ConnectToKeeper(SocketOf(folder)) : null;
    }

    /// <exception cref="ToolException">None runs, or it does not answer.</exception>
    internal static ManagerClient Connect(string folder, int milliseconds = ManagerClient.AnswerMilliseconds)
    {
        return NoKeeper(folder) is { } problem ? throw problem : ManagerClient.ConnectToKeeper(SocketOf(folder), milliseconds);
    }

    /// <summary>Null: one runs.</summary>
    internal static ToolException? NoKeeper(string folder)
    {
        string socket = SocketOf(folder);
        if (File.Exists(socket) && !LocalSockets.IsDead(socket))
        {
            return null;
        }

        if (KeeperLock.Holder(KeeperFolder.At(folder)) is { } pid)
        {
            return ToolException.CouldNotAsk($"a keeper (pid {(pid > 0 ? pid : "unknown")}) has the folder {folder}, but no control socket: it begins, ends, or could make none, as its log says. Ask again, or send it a signal: TERM ends it, HUP makes it read its file again.");
        }

        if (FileIdentity.OfTarget(folder) is { IsFolder: true } known && FileIdentity.OfTarget(folder + "/.") is null)
        {
            return ToolException.CouldNotAsk($"this user may not look into the folder {folder}, which belongs to {PauseByHand.NameOf(known.Owner)}: only its owner and root may ask its keeper.");
        }

        string why = Directory.Exists(folder) || FileIdentity.OfPath(folder) is not null ? "" : ", which is not there";
        return ToolException.CouldNotAsk($"no keeper runs for the folder {folder}{why}. Name another one by --folder or --file, or start it: procman keep services.json.");
    }

    private static string SocketOf(string folder) => folder + "/keeper.sock";
}
