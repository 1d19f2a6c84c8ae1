using ProcManager.Services.Keeping;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary>The services that a person may mean. Asked at each press of Tab.</summary>
internal static class ServiceNames
{
    private const int PatienceMilliseconds = 300;

    internal static IEnumerable<string> Of(string? folder)
    {
        if (folder is null)
        {
            return [];
        }

        try
        {
            if (KeeperFinder.NoKeeper(folder) is not null)
            {
                return [.. (LastStatus.Read(KeeperFolder.At(folder))?.Services ?? []).Select(static s => s.Name)];
            }

            using ManagerClient keeper = KeeperFinder.Connect(folder, PatienceMilliseconds);
            return [.. keeper.Ask("""{"command":"status"}""").GetProperty("result").EnumerateArray().Select(static s => KeeperStatus.Text(s, "name"))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ToolException or KeyNotFoundException or InvalidOperationException)
        {
            return []; // the command itself tells it
        }
    }
}
