using ProcManager.Posix;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary>Connects to the keeper of a folder.</summary>
internal static class KeeperFinder
{
    /// <exception cref="ToolException">None runs, or it does not answer.</exception>
    internal static ManagerClient Connect(string folder, int milliseconds = ManagerClient.AnswerMilliseconds)
    {
        string socket = folder + "/keeper.sock";
        if (!File.Exists(socket) || LocalSockets.IsDead(socket))
        {
            string why = Directory.Exists(folder) || FileIdentity.OfPath(folder) is not null ? "" : ", which is not there";
            throw ToolException.CouldNotAsk($"no keeper runs for the folder {folder}{why}. Name another one by --folder or --file, or start it: procman keep services.json.");
        }

        return ManagerClient.ConnectToKeeper(socket, milliseconds);
    }
}
