using System.Globalization;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Commands that the manager takes or refuses, with nothing to wait for.</summary>
internal static class SimpleCommands
{
    internal static int Scale(PoolTarget target, int count, bool json) =>
        Ask(target, string.Create(CultureInfo.InvariantCulture, $$"""{"command":"scale","count":{{count}}}"""), json, $"{count} workers are wanted now.");

    internal static int Recycle(PoolTarget target, int slot, bool json) =>
        Ask(target, string.Create(CultureInfo.InvariantCulture, $$"""{"command":"recycle","slot":{{slot}}}"""), json, $"The worker in slot {slot} leaves when its replacement is ready.");

    private static int Ask(PoolTarget target, string command, bool json, string done)
    {
        using ManagerClient client = PoolFinder.Find(target);
        string answer = client.Ask(command).GetRawText();
        Console.WriteLine(json ? answer : done);
        return ExitCodes.Done;
    }
}
