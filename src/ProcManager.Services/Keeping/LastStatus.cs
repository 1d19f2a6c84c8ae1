using System.Buffers;
using System.Text.Json;
using ProcManager.Posix;
using ProcManager.Services.Status;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>What is known of the services while no keeper runs: what the last one has written at its end (<c>status.json</c>), and the state files.</summary>
/// <param name="At">The end of the last keeper; null: it did not come to its end, or there was none.</param>
/// <param name="IsOfRound">The last keeper was a single round, as from cron.</param>
/// <param name="Services">What the services did.</param>
internal sealed record LastStatus(DateTimeOffset? At, bool IsOfRound, IReadOnlyList<ServiceStatus> Services)
{
    /// <summary>At the end of a keeper. Throws <see cref="IOException"/> and the like.</summary>
    internal static void Write(KeeperFolder folder, bool isRound, IReadOnlyList<ServiceStatus> services)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, 1);
            json.WriteString("at"u8, DateTimeOffset.UtcNow);
            json.WriteBoolean("round"u8, isRound);
            new ServicesReport(() => services).WriteJson(json);
            json.WriteEndObject();
        }

        string next = folder.Status + ".new";
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(bytes.WrittenSpan);
        }

        File.Move(next, folder.Status, overwrite: true);
    }

    /// <summary>What a full disk has left of a <see cref="Write"/>.</summary>
    internal static void RemoveHalf(KeeperFolder folder) => TryDelete(folder.Status + ".new");

    /// <summary>A keeper that stays begins: what an earlier one has written is old from now on, also when this one is killed.</summary>
    internal static void Forget(KeeperFolder folder) => TryDelete(folder.Status);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // on a file system that takes nothing
        }
    }

    /// <summary>Null: nothing is known. Files that cannot be read are left out.</summary>
    internal static LastStatus? Read(KeeperFolder folder)
    {
        LastStatus last = ReadEnd(folder) ?? new LastStatus(null, false, []);
        Dictionary<string, ServiceStatus> services = last.Services.ToDictionary(static s => s.Name, StringComparer.Ordinal);
        List<string> names = [.. services.Keys];
        foreach ((string name, StoredState state) in States(folder))
        {
            if (!services.TryGetValue(name, out ServiceStatus? known))
            {
                names.Add(name);
                known = OfState(name, state);
            }

            services[name] = WithState(known, state);
        }

        return names.Count == 0 ? null : last with { Services = [.. names.Select(n => services[n])] };
    }

    private static LastStatus? ReadEnd(KeeperFolder folder)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(folder.Status));
            JsonElement root = document.RootElement;
            return new LastStatus(root.GetProperty("at"u8).GetDateTimeOffset(), root.GetProperty("round"u8).GetBoolean(), [.. root.GetProperty("services"u8).EnumerateArray().Select(ServicesReport.Read)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<(string Name, StoredState State)> States(KeeperFolder folder)
    {
        string states = Path.GetDirectoryName(folder.State("x"))!;
        foreach (string path in Directory.Exists(states) ? [.. Directory.GetFiles(states, "*.json").Order(StringComparer.Ordinal)] : Array.Empty<string>())
        {
            StoredState? state = null;
            try
            {
                state = StoredState.Read(path);
            }
            catch (ProcManagerException)
            {
                // the next keeper says so
            }

            if (state is not null)
            {
                yield return (Path.GetFileNameWithoutExtension(path), state);
            }
        }
    }

    private static ServiceStatus OfState(string name, StoredState state)
    {
        bool runs = state.Process is { } process && state.Boot == ProcFs.BootId() && ProcFs.StartTime(process.Pid) == process.StartTime;
        return new ServiceStatus(name, state.Kind, ServiceState.Unknown, default, runs ? state.Process!.Value.Pid : null, 0, $"the last keeper has left no word of its end{(runs ? "; the process runs" : "")}", null);
    }

    // An operator may have paused or resumed it since.
    private static ServiceStatus WithState(ServiceStatus known, StoredState state) => known with
    {
        State = state.IsPaused ? ServiceState.Paused : known.State == ServiceState.Paused ? ServiceState.Unknown : known.State,
        Reason = state.IsPaused == (known.State == ServiceState.Paused) ? known.Reason : state.IsPaused ? Orders.PausedReason : "resumed; not looked for since",
        LastDeath = state.Death ?? known.LastDeath,
    };
}
