using System.Text.Json;

namespace ProcManager.Settings;

/// <summary>Turns what a configuration's file reader throws into one sentence with the file and the place.</summary>
internal static class ConfigurationFiles
{
    /// <exception cref="ProcManagerConfigurationException">A file cannot be read.</exception>
    internal static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ProcManagerConfigurationException([Describe(e)]);
        }
    }

    private static string Describe(Exception e)
    {
        string reason = (e.InnerException ?? e) is var cause && (cause.InnerException as JsonException ?? cause as JsonException) is { } json
            ? $"line {json.LineNumber + 1}: {json.Message}"
            : cause.Message;
        return e.InnerException is null ? $"The configuration cannot be read: {reason}" : $"{e.Message} {reason}";
    }
}
