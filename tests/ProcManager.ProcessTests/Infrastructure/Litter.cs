using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>
/// What the runtime leaves in the temp folder of a process that was killed: a diagnostics socket and two debugger pipes, named after its pid and its start. Those of
/// the pids that a run has told of are removed once nobody has the number with that start any more.
/// </summary>
internal static partial class Litter
{
    internal static void Remove(IEnumerable<string> log)
    {
        HashSet<string> pids = [.. log.SelectMany(static l => PidOfALine().Matches(l)).Select(static m => m.Groups[1].Value)];
        foreach (string file in Directory.EnumerateFiles(Path.GetTempPath(), "*-*"))
        {
            if (NameOfLitter().Match(Path.GetFileName(file)) is { Success: true } name && pids.Contains(name.Groups[1].Value) && StartOf(name.Groups[1].Value) != name.Groups[2].Value)
            {
                TryDelete(file);
            }
        }
    }

    private static string? StartOf(string pid)
    {
        string stat = Native.ReadOrEmpty($"/proc/{pid}/stat");
        return stat.Length == 0 ? null : stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is litter still.
        }
    }

    [GeneratedRegex(@"\(pid (\d+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex PidOfALine();

    [GeneratedRegex(@"^(?:dotnet-diagnostic|clr-debug-pipe)-(\d+)-(\d+)-(?:socket|in|out)$", RegexOptions.CultureInvariant)]
    private static partial Regex NameOfLitter();
}
