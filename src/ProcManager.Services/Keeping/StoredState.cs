using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>How far a start had come when the state was written.</summary>
internal enum StoredPhase
{
    /// <summary>No process of the keeper's runs.</summary>
    None,

    /// <summary>A process was about to be started; its number was not known yet.</summary>
    Starting,

    /// <summary>The process runs.</summary>
    Running,
}

/// <summary>How far an operator's stop of a service had come when the state was written.</summary>
internal enum StoredHalt
{
    /// <summary>There was none: a paused service may run.</summary>
    None,

    /// <summary>The service was to be stopped.</summary>
    Begun,

    /// <summary>It was stopped.</summary>
    Done,
}

/// <summary>What a keeper leaves to its successor about one service: <c>state/NAME.json</c>.</summary>
internal sealed record StoredState
{
    private const int Version = 1;

    internal ServiceKind Kind { get; init; }

    internal StoredPhase Phase { get; init; }

    /// <summary>Of the last start; the process has it in its environment.</summary>
    internal string Token { get; init; } = "";

    internal SeenProcess? Process { get; init; }

    /// <summary>The last process of a detached service that its checks have named. It leads the process group in which its workers are, as long as they are there.</summary>
    internal SeenProcess? Service { get; init; }

    /// <summary>What that process has left in its group was asked to end (TERM), so that KILL is next.</summary>
    internal bool LeftoversAsked { get; init; }

    /// <summary>Process numbers of another boot mean nothing.</summary>
    internal string Boot { get; init; } = "";

    internal bool IsPaused { get; init; }

    /// <summary>Of a paused service.</summary>
    internal StoredHalt Halt { get; init; }

    internal ServiceDeath? Death { get; init; }

    /// <summary>Null: there is no such file. Throws <see cref="ProcManagerException"/> when it cannot be read.</summary>
    internal static StoredState? Read(string path)
    {
        try
        {
            return File.Exists(path) ? Parse(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new ProcManagerException($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// In one step: a reader finds the old file or the new one. On a full disk the old file is written over in its own place, so that a later keeper still knows the process. Throws <see cref="IOException"/> and the like.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="survivesPowerLoss">Waits for the disk. Without it the system writes when it likes.</param>
    internal void Write(string path, bool survivesPowerLoss = false)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            Write(json);
        }

        try
        {
            string next = path + ".new";
            Write(next, FileMode.Create, bytes.WrittenSpan, survivesPowerLoss);
            File.Move(next, path, overwrite: true);
            if (survivesPowerLoss)
            {
                OpenFolder.Flush(Path.GetDirectoryName(path)!); // the name
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && File.Exists(path))
        {
            Write(path, FileMode.Open, bytes.WrittenSpan, survivesPowerLoss);
        }
    }

    private static void Write(string path, FileMode mode, ReadOnlySpan<byte> bytes, bool flushes)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, BufferSize = 0 };
        if (mode == FileMode.Create)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(bytes);
        file.SetLength(bytes.Length);
        if (flushes)
        {
            file.Flush(flushToDisk: true);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("version"u8, Version);
        json.WriteString("kind"u8, Kind.ToString());
        json.WriteString("phase"u8, Phase.ToString());
        json.WriteString("token"u8, Token);
        if (Process is { } process)
        {
            json.WriteNumber("pid"u8, process.Pid);
            json.WriteNumber("startTime"u8, process.StartTime);
        }

        if (Service is { } service)
        {
            json.WriteStartObject("service"u8);
            json.WriteNumber("pid"u8, service.Pid);
            json.WriteNumber("startTime"u8, service.StartTime);
            json.WriteBoolean("leftoversAsked"u8, LeftoversAsked);
            json.WriteEndObject();
        }

        json.WriteString("boot"u8, Boot);
        json.WriteBoolean("paused"u8, IsPaused);
        if (IsPaused && Halt != StoredHalt.None)
        {
            json.WriteString("halt"u8, Halt.ToString());
        }

        if (Death is { } death)
        {
            json.WriteStartObject("death"u8);
            json.WriteString("at"u8, death.At);
            json.WriteString("reason"u8, death.Reason);
            if (death.Snapshot is { } snapshot)
            {
                json.WriteString("snapshot"u8, snapshot);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static StoredState Parse(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        int version = root.GetProperty("version"u8).GetInt32();
        if (version != Version)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it is of version {version}, and this keeper knows version {Version}."));
        }

        return new StoredState
        {
            Kind = Enum.Parse<ServiceKind>(Text(root, "kind")),
            Phase = Enum.Parse<StoredPhase>(Text(root, "phase")),
            Token = Text(root, "token"),
            Process = root.TryGetProperty("pid"u8, out _) ? Seen(root) : null,
            Service = root.TryGetProperty("service"u8, out JsonElement service) ? Seen(service) : null,
            LeftoversAsked = service.ValueKind == JsonValueKind.Object && service.GetProperty("leftoversAsked"u8).GetBoolean(),
            Boot = Text(root, "boot"),
            IsPaused = root.GetProperty("paused"u8).GetBoolean(),
            Halt = root.TryGetProperty("halt"u8, out _) ? Enum.Parse<StoredHalt>(Text(root, "halt")) : StoredHalt.None,
            Death = root.TryGetProperty("death"u8, out JsonElement death)
                ? new ServiceDeath(death.GetProperty("at"u8).GetDateTimeOffset(), Text(death, "reason"), death.TryGetProperty("snapshot"u8, out JsonElement snapshot) ? snapshot.GetString() : null)
                : null,
        };
    }

    private static SeenProcess Seen(JsonElement element) => new(element.GetProperty("pid"u8).GetInt32(), element.GetProperty("startTime"u8).GetInt64());

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");
}
