using System.Text;
using System.Text.Json;

namespace ProcManager.Tool.Keeping;

/// <summary>Lines for a keeper's control socket.</summary>
internal static class KeeperRequest
{
    /// <summary><c>{"command":"pause","service":"redis"}</c>.</summary>
    internal static string Of(string command, string service)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("command"u8, command);
            json.WriteString("service"u8, service);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
