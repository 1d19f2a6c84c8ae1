using System.Buffers;
using System.Text.Json;
using ProcManager.Services;
using ProcManager.Services.Keeping;
using ProcManager.Services.Status;

namespace ProcManager.Tool.Keeping;

/// <summary>The keeper that is meant, which may not run.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="File">The file of services that has named it; null: none has.</param>
internal sealed record KeeperTarget(string Folder, string? File)
{
    private LastStatus? _last;

    /// <summary>While no keeper runs: what is known, after a line that says so.</summary>
    /// <exception cref="ToolException">Nothing is known.</exception>
    internal LastStatus Last(ToolException noKeeper)
    {
        bool isHeld = KeeperLock.Holder(KeeperFolder.At(Folder)) is not null;
        if (Known is not { } last || (isHeld && !last.IsOfRound))
        {
            throw noKeeper; // what an earlier keeper has written is old, also when this one could not remove it
        }

        string at = last.At is { } end ? $"as of {ServicesReport.Utc(end)}, the end of the last {(last.IsOfRound ? "round (--once)" : "keeper")}" : "the last one was killed, or could not write its end, and this is what it has left";
        Console.Error.WriteLine($"procman: {(isHeld ? "a keeper, such as a round, is at work in" : "no keeper runs for")} the folder {Folder}; {at}:");
        return last;
    }

    /// <summary>Null: nothing. Of a file that was given its services only: others may be left from earlier definitions.</summary>
    internal LastStatus? Known
    {
        get
        {
            if ((_last ??= LastStatus.Read(KeeperFolder.At(Folder))) is not { } last || Defined is not { } defined)
            {
                return _last;
            }

            return last with { Services = [.. last.Services.Where(s => defined.Any(d => d.Name == s.Name))] };
        }
    }

    /// <summary>The services of the file; null: there is none without mistakes.</summary>
    internal IReadOnlyList<ServiceDefinition>? Defined
    {
        get
        {
            try
            {
                return File is null ? null : [.. ServiceKeeperOptions.ReadFile(File).Services];
            }
            catch (ServiceDefinitionException)
            {
                return null;
            }
        }
    }

    /// <summary>As a keeper's answer has it.</summary>
    internal static JsonElement Json(ServiceStatus status, string? output = null)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            ServicesReport.Write(json, status);
            if (output is not null)
            {
                json.WriteString("output"u8, output);
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(bytes.WrittenMemory).RootElement;
    }

    /// <summary>The line for a name that is not there.</summary>
    internal static ToolException NoService(string name, IEnumerable<string> names) => ToolException.Refused($"There is no service named '{name}'. There are: {string.Join(", ", names)}.");
}
