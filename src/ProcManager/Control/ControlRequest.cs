using System.Globalization;
using System.Text.Json;

namespace ProcManager.Control;

/// <summary>One line of a client: <c>{"id":1,"command":"scale","count":4}</c>.</summary>
internal sealed record ControlRequest(long? Id, string Command)
{
    private const int MaxDepth = 8;

    private JsonElement Root { get; init; }

    /// <summary>The request; or why the line is none.</summary>
    internal static (ControlRequest? Request, string? Error) Read(byte[] line)
    {
        try
        {
            JsonElement root = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MaxDepth }).RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("command", out JsonElement command) || command.ValueKind != JsonValueKind.String)
            {
                return (null, "A line is an object with a command, such as {\"command\":\"status\"}.");
            }

            long? id = root.TryGetProperty("id", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long value) ? value : null;
            return (new ControlRequest(id, command.GetString()!) { Root = root }, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, $"The line is no JSON: {e.Message}");
        }
    }

    /// <summary>A whole number; null and an error when it is missing or none, or out of its range.</summary>
    internal int? Number(string name, int least, int most, out string? error)
    {
        error = null;
        if (Root.TryGetProperty(name, out JsonElement given) && given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out int number) && number >= least && number <= most)
        {
            return number;
        }

        error = string.Create(CultureInfo.InvariantCulture, $"{Command} needs {name}: a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>Null: it is not given.</summary>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    internal string? Text(string name) => !Root.TryGetProperty(name, out JsonElement given) ? null
        : given.ValueKind == JsonValueKind.String ? given.GetString()
        : throw new InvalidOperationException($"{Command}: {name} is {given.GetRawText()}; allowed: a text.");

    /// <exception cref="InvalidOperationException">It is neither true nor false.</exception>
    internal bool Switch(string name, bool unlessGiven = false)
    {
        if (!Root.TryGetProperty(name, out JsonElement given))
        {
            return unlessGiven;
        }

        return given.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? given.GetBoolean()
            : throw new InvalidOperationException($"{Command}: {name} is {given.GetRawText()}; allowed: true or false.");
    }
}
