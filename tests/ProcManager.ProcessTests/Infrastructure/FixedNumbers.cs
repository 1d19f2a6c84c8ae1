using System.Globalization;
using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Gives what differs from run to run (pids, times, sizes, rates) fixed values, so that real output can stand in the docs and be compared.</summary>
internal sealed partial class FixedNumbers
{
    private const int FirstPid = 4711;

    private readonly Dictionary<string, string> _pids = [];
    private int _moments;

    /// <summary>The processes in the order in which they get their numbers.</summary>
    internal void Know(IEnumerable<int> pids)
    {
        foreach (int pid in pids)
        {
            _pids.TryAdd(pid.ToString(CultureInfo.InvariantCulture), (FirstPid + _pids.Count).ToString(CultureInfo.InvariantCulture));
        }
    }

    internal string Of(string text) => Varying().Replace(text, Fix);

    /// <summary>A table of <c>procman list</c>, whose columns are as wide as what stands in them.</summary>
    internal string OfTable(string text)
    {
        string[][] rows = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => Gap().Split(l.Trim()))];
        string[] names = rows[0];
        for (int row = 1; row < rows.Length; row++)
        {
            rows[row] = [.. rows[row].Zip(names, (cell, name) => name == "A SECOND" ? "0.1" : Of(cell))];
        }

        int[] widths = [.. Enumerable.Range(0, names.Length).Select(c => rows.Max(r => r[c].Length))];
        return string.Concat(rows.Select(r => string.Join("  ", r.Select((cell, c) => names[c] is "PROGRAM" or "STATE" or "UP" ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd() + "\n"));
    }

    private string Fix(Match found)
    {
        string fixedValue = found switch
        {
            _ when found.Groups["cpu"].Success => "0.12 s",
            _ when found.Groups["memory"].Success => "12.5 MiB",
            _ when found.Groups["age"].Success => "3 min 5 s",
            _ when found.Groups["rate"].Success => "0.1 a second",
            _ when found.Groups["moment"].Success => string.Create(CultureInfo.InvariantCulture, $"10:03:05.{100 + (17 * _moments++)}"),
            _ when found.Groups["client"].Success => "127.0.0.1:50100",
            _ when found.Groups["port"].Success => "127.0.0.1:8080",
            _ when found.Groups["version"].Success => "ProcManager 0.1.0",
            _ => _pids.GetValueOrDefault(found.Value.Trim(), found.Value.Trim()),
        };

        // A value behind several spaces stands in a column of a fixed width, at its right.
        return found.Value.StartsWith("  ", StringComparison.Ordinal) ? fixedValue.PadLeft(Math.Max(found.Length, fixedValue.Length + 1)) : found.Value[0] == ' ' ? " " + fixedValue : fixedValue;
    }

    [GeneratedRegex(@"(?<cpu>(?<=MiB) +[\d.]+ (?:ms|s|min)\b)|(?<memory> *\b[\d.]+ MiB)|(?<age> *\b[\d.]+ (?:ms|s|min)(?: \d+ s)?\b)|(?<rate> *\b[\d.]+ a second)|(?<moment>\b\d\d:\d\d:\d\d\.\d{3}\b)|(?<client>(?<=from) 127\.0\.0\.1:\d+)|(?<port> *127\.0\.0\.1:\d+)|(?<version>ProcManager \d[-.+\w]*)|(?<pid> *\b\d+\b)")]
    private static partial Regex Varying();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gap();
}
