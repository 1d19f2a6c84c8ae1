using System.Text.Json;

namespace ProcManager.Tool.Pools;

/// <summary>Reads what a manager greets with. Any program may listen on a socket, so nothing in it is believed before it is looked at.</summary>
internal static class Greeting
{
    internal static int? Number(JsonElement greeting, string name) =>
        greeting.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    internal static string? Text(JsonElement greeting, string name) =>
        greeting.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The manager's pid has two numbers when it is in another pid namespace; only the kernel's means something here.</summary>
    internal static string? ForeignPids(string program, int? told, int kernels)
    {
        if (told == kernels)
        {
            return null;
        }

        string here = kernels > 0 ? $"here it is pid {kernels}" : "from here it cannot be seen";
        return $"{program} says that its pid is {told}; {here}. It runs in another pid namespace, as in a container, and so all pids that it tells are those of that namespace.";
    }
}
