using Microsoft.Extensions.Configuration;

namespace ProcManager.Settings;

/// <summary>
/// The sections that the manager has accepted, as one text for its workers. A worker does not read its own: a file that was edited after the last reload, or that a reload has refused, would otherwise end every new worker, or give it
/// other settings than its neighbours.
/// </summary>
internal static class AcceptedSettings
{
    private const char Separator = '&'; // the escaped text has neither this nor ';', which separates the parts of a launch record
    private const char ValueSign = '=';

    internal static string Write(IEnumerable<KeyValuePair<string, string?>> entries) =>
        string.Join(Separator, entries.Select(static e => e.Value is null ? Uri.EscapeDataString(e.Key) : $"{Uri.EscapeDataString(e.Key)}{ValueSign}{Uri.EscapeDataString(e.Value)}"));

    /// <summary>A configuration with the accepted sections; null when <paramref name="section"/> is none of them.</summary>
    internal static IConfiguration? Read(string text, string section)
    {
        var entries = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string entry in text.Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            int sign = entry.IndexOf(ValueSign, StringComparison.Ordinal);
            entries[Uri.UnescapeDataString(sign < 0 ? entry : entry[..sign])] = sign < 0 ? null : Uri.UnescapeDataString(entry[(sign + 1)..]);
        }

        return entries.ContainsKey(section) ? new ConfigurationBuilder().AddInMemoryCollection(entries).Build() : null;
    }
}
