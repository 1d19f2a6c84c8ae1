using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using ProcManager.Services.Definitions;

namespace ProcManager.Services.Tests.Definitions;

/// <summary>The JSON schema says what the reader says.</summary>
[Trait("Row", "E1")]
public sealed class Schema
{
    private static readonly JsonSchema Loaded = JsonSchema.FromText(ServiceKeeperOptions.JsonSchema);
    private static readonly JsonObject Text = JsonNode.Parse(ServiceKeeperOptions.JsonSchema)!.AsObject();

    public static TheoryData<string, string[]> Objects => new()
    {
        { "", Names(DefinitionFile.Keeper) },
        { "$defs/snapshots", Names(DefinitionFile.Snapshots) },
        { "$defs/service", Names(ServiceFields.All) },
        { "$defs/service/properties/backoff", Names(ServiceFields.Backoff) },
        { "$defs/service/properties/giveUp", Names(ServiceFields.GiveUp) },
        { "$defs/service/properties/log", Names(ServiceFields.Log) },
        { "$defs/notify", Names(ServiceFields.Notify) },
        { "$defs/check", Names(CheckFields.All) },
        { "$defs/commandObject", Names(CommandFields.All) },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void An_object_has_the_fields_of_the_reader_with_descriptions(string place, string[] fields)
    {
        JsonObject properties = At(place)["properties"]!.AsObject();
        properties.Select(static p => p.Key).Should().BeEquivalentTo(fields);
        properties.Where(static p => p.Value!["description"] is null && p.Value["$ref"]?.GetValue<string>() != "#/$defs/snapshots").Should().BeEmpty("each field is described");
        At(place)["additionalProperties"]!.GetValue<bool>().Should().BeFalse();
    }

    [Fact]
    public void There_is_no_other_object_with_fields()
    {
        var places = new List<string>();
        Collect(Text, "", places);
        places.Should().BeEquivalentTo(Objects.Select(static row => (string)row[0]));
    }

    [Fact]
    public void Defaults_are_those_of_the_options()
    {
        var service = new ServiceDefinition();
        Default("service", "stopTimeout").Should().Be("10s");
        service.StopTimeout.Should().Be(TimeSpan.FromSeconds(10));
        foreach ((string place, object value) in new (string, object)[]
        {
            ("service/properties/interval", service.Interval),
            ("service/properties/stopTimeout", service.StopTimeout),
            ("service/properties/backoff/properties/initial", service.Backoff.Initial),
            ("service/properties/backoff/properties/max", service.Backoff.Max),
            ("service/properties/backoff/properties/resetAfter", service.Backoff.ResetAfter),
            ("service/properties/giveUp/properties/within", new ServiceGiveUp().Within),
            ("service/properties/giveUp/properties/restarts", new ServiceGiveUp().Restarts),
            ("service/properties/log/properties/keep", service.Log.Keep),
            ("service/properties/log/properties/maxSize", service.Log.MaxSize),
            ("snapshots/properties/maxSize", new ServiceSnapshotOptions().MaxSize),
            ("snapshots/properties/timeout", new ServiceSnapshotOptions().Timeout),
            ("check/properties/timeout", new TcpCheck().Timeout),
        })
        {
            JsonNode written = At($"$defs/{place}")["default"]!;
            object read = written.GetValueKind() == JsonValueKind.Number ? written.GetValue<int>()
                : Settings.TimeText.TryRead(written.GetValue<string>(), out TimeSpan time) ? time
                : Settings.SizeText.TryRead(written.GetValue<string>(), out long size) ? size
                : written.GetValue<string>();
            read.Should().Be(value, "{0} says so", place);
        }
    }

    [Fact]
    public void It_lies_in_the_package_as_it_is_in_the_library() =>
        File.ReadAllText(Path.Combine(Repository.Root, "src/ProcManager.Services/services.schema.json")).Should().Be(ServiceKeeperOptions.JsonSchema);

    internal static bool Accepts(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return Loaded.Evaluate(document.RootElement).IsValid;
    }

    private static string[] Names<T>(IEnumerable<FileField<T>> fields) => [.. fields.Select(static f => f.Name)];

    private static string Default(string definition, string field) => At($"$defs/{definition}/properties/{field}")["default"]!.GetValue<string>();

    private static JsonObject At(string place) => place.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(Text, static (node, name) => node[name]!.AsObject());

    // "properties" within "if" and "else" are conditions.
    private static void Collect(JsonNode? node, string place, List<string> places)
    {
        if (node is JsonObject json)
        {
            if (json["properties"] is JsonObject && json["type"]?.ToString() == "object" && !place.Contains("/if", StringComparison.Ordinal))
            {
                places.Add(place);
            }

            foreach ((string name, JsonNode? value) in json)
            {
                Collect(value, place.Length == 0 ? name : $"{place}/{name}", places);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (JsonNode? item in list)
            {
                Collect(item, place + "/item", places);
            }
        }
    }
}
