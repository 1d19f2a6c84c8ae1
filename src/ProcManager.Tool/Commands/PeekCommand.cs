using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Why does it not exit?</summary>
internal static class PeekCommand
{
    internal static int Run(PoolTarget target, bool json)
    {
        using ManagerClient client = PoolFinder.Find(target);
        System.Text.Json.JsonElement result = client.Ask("""{"command":"peek"}""").GetProperty("result");
        Console.Write(json ? result.GetRawText() + "\n" : result.GetString());
        return ExitCodes.Done;
    }
}
