using System.Text.Json;

namespace ProcManager.Control;

/// <summary>The lines that the manager answers with; docs/control.md describes them.</summary>
internal static class Replies
{
    internal const int Version = 1;

    internal static void Greet(Utf8JsonWriter json, PoolControl pool)
    {
        json.WriteStartObject();
        json.WriteNumber("procmanager"u8, Version);
        json.WriteString("library"u8, PoolControl.Library);
        json.WriteString("program"u8, pool.Program);
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteString("started"u8, pool.Started);
        json.WriteEndObject();
    }

    internal static void Refuse(Utf8JsonWriter json, long? id, string error)
    {
        Begin(json, id);
        json.WriteBoolean("ok"u8, false);
        json.WriteString("error"u8, error);
        json.WriteEndObject();
    }

    internal static void Accept(Utf8JsonWriter json, long? id, Action<Utf8JsonWriter>? result = null)
    {
        Begin(json, id);
        json.WriteBoolean("ok"u8, true);
        if (result is not null)
        {
            json.WritePropertyName("result"u8);
            result(json);
        }

        json.WriteEndObject();
    }

    internal static void Tell(Utf8JsonWriter json, long? id, PoolEvent happened, int lost)
    {
        Begin(json, id);
        json.WritePropertyName("progress"u8);
        happened.Write(json);
        if (lost > 0)
        {
            json.WriteNumber("lost"u8, lost);
        }

        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, long? id)
    {
        json.WriteStartObject();
        if (id is { } number)
        {
            json.WriteNumber("id"u8, number);
        }
    }
}
