using System.Globalization;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Completion;

/// <summary>The pools that a person may mean. Asked at each press of Tab, so a manager that does not answer soon is left out.</summary>
internal static class PoolNames
{
    private const int PatienceMilliseconds = 300;

    /// <summary>By name, and by pid those that share their name.</summary>
    internal static IEnumerable<string> Running()
    {
        try
        {
            var pools = new List<(string Program, int Pid)>();
            foreach ((_, ManagerClient? client, _) in PoolFinder.All(PatienceMilliseconds))
            {
                using (client)
                {
                    if (client is not null)
                    {
                        pools.Add((client.Program, client.ProcessId));
                    }
                }
            }

            return [.. pools.GroupBy(static p => p.Program).SelectMany(static g => g.Count() == 1 ? [g.Key] : g.Select(static p => p.Pid.ToString(CultureInfo.InvariantCulture)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ToolException)
        {
            return []; // an error would disturb the line that is being typed; the command itself tells it
        }
    }
}
