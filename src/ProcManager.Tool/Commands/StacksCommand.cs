using System.Globalization;
using System.Text.Json;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>What a worker does at this moment: the managed stacks of its threads.</summary>
internal static class StacksCommand
{
    internal static int Run(PoolTarget target, int slot, bool json)
    {
        using ManagerClient client = PoolFinder.Find(target);
        string command = string.Create(CultureInfo.InvariantCulture, $$"""{"command":"stacks","slot":{{slot}}}""");
        JsonElement result = client.Ask(command, takesLong: true).GetProperty("result");
        Console.WriteLine(json ? result.GetRawText() : result.GetString());
        return ExitCodes.Done;
    }
}
