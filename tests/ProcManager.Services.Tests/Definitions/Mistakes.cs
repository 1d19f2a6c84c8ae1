using System.Diagnostics;

namespace ProcManager.Services.Tests.Definitions;

/// <summary>What is wrong in a file is told with file, line, field, value and what is allowed; all of it at once.</summary>
[Trait("Row", "E1")]
public sealed class Mistakes
{
    public static TheoryData<string, string> All => Table(MistakeTable.OfSchema.Concat(MistakeTable.OfReader));

    public static TheoryData<string, string> OfSchema => Table(MistakeTable.OfSchema);

    public static TheoryData<string, string> OfReader => Table(MistakeTable.OfReader);

    [Theory]
    [MemberData(nameof(All))]
    public void A_mistake_is_told_with_its_line_and_what_is_allowed(string json, string mistakes) => MistakesOf(json).Should().Equal(mistakes.Split('\n'));

    [Theory]
    [MemberData(nameof(OfSchema))]
    public void The_schema_refuses_it_too(string json, string mistakes) => Schema.Accepts(json).Should().BeFalse("the reader says {0}", mistakes);

    /// <summary>When the schema learns to see one of them, it belongs into the other table.</summary>
    [Theory]
    [MemberData(nameof(OfReader))]
    public void Some_mistakes_are_not_for_a_schema_to_see(string json, string mistakes) => Schema.Accepts(json).Should().BeTrue("the reader says {0}", mistakes);

    [Fact]
    public void All_mistakes_come_at_once_in_the_order_of_the_file()
    {
        const string Json = """
            {
              // What must run
              "folder": "keep",
              "services": {
                "redis": {
                  "start": ["redis-server"], /* no shell */
                  "check": { "tcp": "abc", "timeout": 5 },
                  "interval": "1ms",
                  "dependsOn": ["postgres",],
                },
                "web": { "kind": "foreground", "start": { "command": ["./run"], "user": "no-such-user" }, "log": { "keep": 0 }, },
              },
            }
            """;
        MistakesOf(Json).Select(static m => m[..m.IndexOf(' ', StringComparison.Ordinal)] + " " + m.Split(' ')[1].TrimEnd(':')).Should().Equal(
            "3: folder",
            "7: services.redis.check.tcp",
            "7: services.redis.check.timeout",
            "8: services.redis.interval",
            "9: services.redis.dependsOn[0]",
            "11: services.web.start.command",
            "11: services.web.start.user",
            "11: services.web.log.keep");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n")]
    public void An_empty_file_is_called_empty(string json)
    {
        Action parse = () => ServiceKeeperOptions.Parse(json, "services.json");
        parse.Should().Throw<ServiceDefinitionException>().Which.Mistakes.Should().Equal("services.json:1: the file is empty");
    }

    [Theory]
    [InlineData("{ \"services\": {}\n", "2:1", "Expected depth to be zero at the end of the JSON payload")]
    [InlineData("{\n  \"folder\": \"/ä\" \"services\": {}\n}", "2:18", "'\"' is invalid after a value. Expected either ',', '}', or ']'")]
    [InlineData("{ 'services': {} }", "1:3", "''' is an invalid start of a property name")]
    [InlineData("{ \"services\": {} } x", "1:20", "'x' is invalid after a single JSON value")]
    [InlineData("{ \"folder\": \"\\ud800\" }", "1:13", "the escapes of this text give no characters")]
    public void Broken_JSON_is_told_with_line_and_column(string json, string place, string reason)
    {
        Action parse = () => ServiceKeeperOptions.Parse(json, "services.json");
        parse.Should().Throw<ServiceDefinitionException>().Which.Mistakes.Should().ContainSingle().Which.Should().StartWith($"services.json:{place}: this is no JSON: {reason}");
    }

    [Fact]
    public void A_file_that_is_no_UTF8_or_not_there_is_told()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. "{\n \"folder\": \""u8, 0xe4, .. "\" }"u8]);
            Action read = () => ServiceKeeperOptions.ReadFile(file);
            read.Should().Throw<ServiceDefinitionException>().WithMessage($"{file}:2:13: this is no JSON: the text is not UTF-8");
            File.Delete(file);
            read.Should().Throw<ServiceDefinitionException>().WithMessage($"{file}: the file cannot be read: Could not find file '{file}'.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Values_of_variables_are_in_no_message()
    {
        const string Json = """{ "services": { "x": { "start": { "command": "x", "environment": { "A": "se\u0000cret", "B": ["secret"], "=": "secret" } }, "check": { "tcp": 1 } } } }""";
        MistakesOf(Json).Should().HaveCount(3).And.NotContain(static m => m.Contains("cret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_cannot_move_the_cursor_of_a_terminal() =>
        MistakesOf("""{ "services": { "a\u001b[2J": { "start": "x", "check": { "tcp": 1 } } } }""").Should().ContainSingle().Which.Should().StartWith("1: services[\"a\\u001B[2J\"] is no name");

    [Fact]
    public void A_long_chain_and_a_large_file_are_read_soon()
    {
        const int Count = 20_000;
        string services = string.Join(",\n", Enumerable.Range(0, Count).Select(static i => $$"""  "s{{i}}": { "start": ["true"], "check": { "tcp": 1 }{{(i + 1 < Count ? $", \"dependsOn\": \"s{i + 1}\"" : "")}} }"""));
        var watch = Stopwatch.StartNew();
        ServiceKeeperOptions.Parse($"{{ \"services\": {{\n{services}\n}} }}", "services.json").Services.Should().HaveCount(Count);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
    }

    private static string[] MistakesOf(string json)
    {
        Action parse = () => ServiceKeeperOptions.Parse(json, "services.json");
        ServiceDefinitionException thrown = parse.Should().Throw<ServiceDefinitionException>().Which;
        thrown.Message.Should().Be(string.Join('\n', thrown.Mistakes));
        thrown.Mistakes.Should().OnlyContain(static m => m.StartsWith("services.json:"));
        return [.. thrown.Mistakes.Select(static m => m["services.json:".Length..])];
    }

    private static TheoryData<string, string> Table(IEnumerable<(string Json, string[] Mistakes)> rows)
    {
        var data = new TheoryData<string, string>();
        foreach ((string json, string[] mistakes) in rows)
        {
            data.Add(json, string.Join('\n', mistakes));
        }

        return data;
    }
}
