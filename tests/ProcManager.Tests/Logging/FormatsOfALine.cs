using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProcManager.Logging;

namespace ProcManager.Tests.Logging;

public class FormatsOfALine
{
    private static readonly LogSource Worker = new("worker", 3, 812);

    [Fact]
    public void Text_has_a_time_and_the_process()
    {
        Notice notice = Message("text") with { Time = new DateTimeOffset(2026, 11, 27, 13, 3, 5, 123, TimeSpan.Zero) };
        Lines(LogFormat.Text, notice).Should().ContainSingle().Which.Should().MatchRegex(@"^2026-11-2\dT\d\d:\d3:05\.123[+-]\d\d:\d\d App: worker 3 \(pid 812\): text\n$");
    }

    [Theory]
    [InlineData(LogLevel.Critical, "<2>")]
    [InlineData(LogLevel.Error, "<3>")]
    [InlineData(LogLevel.Warning, "<4>")]
    [InlineData(LogLevel.Information, "<6>")]
    [InlineData(LogLevel.Debug, "<7>")]
    [InlineData(LogLevel.Trace, "<7>")]
    public void The_journal_s_has_a_level_on_each_piece(LogLevel level, string prefix) =>
        Lines(LogFormat.Journal, Message(new string('x', 5000), level)).Should().HaveCount(2).And.OnlyContain(l => l.StartsWith(prefix + "App: worker 3 (pid 812): x"));

    [Fact]
    public void JSON_is_one_object_a_line_with_the_values_of_the_message()
    {
        var notice = new Notice(LogLevel.Warning, new EventId(201), "worker 3\nis \"late\"", [new("Slot", 3), new("Name", "ü"), new("Long", 1L << 40), new("None", null), new("Is", true), new("{OriginalFormat}", "…")], new IOException("broken"));
        JsonElement line = Json(notice);
        line.GetProperty("time").GetDateTimeOffset().Offset.Should().Be(TimeSpan.Zero);
        line.GetProperty("level").GetString().Should().Be("Warning");
        line.GetProperty("event").GetInt32().Should().Be(201);
        line.GetProperty("app").GetString().Should().Be("App");
        line.GetProperty("process").GetString().Should().Be("worker");
        line.GetProperty("slot").GetInt32().Should().Be(3);
        line.GetProperty("pid").GetInt32().Should().Be(812);
        line.GetProperty("message").GetString().Should().Be("worker 3\nis \"late\"");
        line.GetProperty("exception").GetString().Should().Contain("IOException: broken");
        line.GetProperty("data").GetRawText().Should().Be("""{"Slot":3,"Name":"ü","Long":1099511627776,"None":null,"Is":true}""");
    }

    [Theory]
    [InlineData(10_000, 0)]
    [InlineData(10, 10_000)]
    [InlineData(10_000, 10_000)]
    [InlineData(4000, 4000)]
    public void A_line_of_JSON_is_never_longer_than_a_pipe_keeps_whole(int message, int exception)
    {
        foreach (char c in "x\"ü\n\u0001")
        {
            var notice = new Notice(LogLevel.Error, default, new string(c, message), [new("A", new string(c, message))], exception == 0 ? null : new IOException(new string(c, exception)));
            byte[] line = LogLines.Of(LogFormat.Json, notice, notice.Message, "App", Worker).Single();
            line.Length.Should().BeInRange(1000, TextPieces.MaxBytes);
            line[^1].Should().Be((byte)'\n');
            JsonDocument.Parse(line.AsMemory()).RootElement.GetProperty("pid").GetInt32().Should().Be(812);
        }
    }

    [Theory]
    [InlineData("<4>text", LogLevel.Warning, true)]
    [InlineData("<0>text", LogLevel.Critical, true)]
    [InlineData("<3>", LogLevel.Error, true)]
    [InlineData("<5>text", LogLevel.Information, true)]
    [InlineData("<7>text", LogLevel.Debug, true)]
    [InlineData("<8>text", LogLevel.Information, false)]
    [InlineData("<html>", LogLevel.Information, false)]
    [InlineData("", LogLevel.Information, false)]
    [InlineData("<4", LogLevel.Information, false)]
    public void A_line_of_a_worker_may_begin_with_its_level(string line, LogLevel level, bool has)
    {
        LogLines.TryReadLevel(Encoding.ASCII.GetBytes(line), out LogLevel read).Should().Be(has);
        read.Should().Be(level);
    }

    private static JsonElement Json(Notice notice) => JsonDocument.Parse(Lines(LogFormat.Json, notice).Single()).RootElement;

    private static string[] Lines(LogFormat format, Notice notice) => [.. LogLines.Of(format, notice, notice.Message, "App", Worker).Select(static l => Encoding.UTF8.GetString(l))];

    private static Notice Message(string text, LogLevel level = LogLevel.Information) => new(level, default, text, [], null);
}
