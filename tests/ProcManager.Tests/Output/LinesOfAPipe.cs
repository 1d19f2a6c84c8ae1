using System.Text;
using ProcManager.Output;

namespace ProcManager.Tests.Output;

/// <summary>Bytes of one worker, however they come, leave as whole lines.</summary>
public class LinesOfAPipe
{
    private readonly List<string> _taken = [];

    [Theory]
    [InlineData(new[] { "one\ntwo\n" }, new[] { "one\ntwo\n" })]
    [InlineData(new[] { "on", "e", "\n" }, new[] { "one\n" })]
    [InlineData(new[] { "one\ntw", "o\nthree" }, new[] { "one\n", "two\n", "three\n" })]
    [InlineData(new[] { "\n\n" }, new[] { "\n\n" })]
    [InlineData(new[] { "" }, new string[0])]
    public void An_unfinished_line_waits_for_its_end(string[] pieces, string[] lines)
    {
        LineBuffer buffer = Buffer();
        foreach (string piece in pieces)
        {
            buffer.Add(Encoding.UTF8.GetBytes(piece));
        }

        buffer.End();
        _taken.Should().Equal(lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(64 * 1024)]
    [InlineData(300 * 1024)]
    public void A_line_without_end_is_cut_and_what_is_kept_is_bounded(int piece)
    {
        const int Length = 3 * LineBuffer.MaxLine;
        LineBuffer buffer = Buffer();
        byte[] text = Encoding.ASCII.GetBytes(new string('x', Length));
        foreach (byte[] part in text.Chunk(piece))
        {
            buffer.Add(part);
        }

        buffer.End();
        _taken.Should().OnlyContain(static l => l.EndsWith('\n') && l.Length <= LineBuffer.MaxLine);
        string.Concat(_taken).Count(static c => c == 'x').Should().Be(Length);
        _taken.Should().HaveCountLessThan(5);
    }

    private LineBuffer Buffer() => new(lines => _taken.Add(Encoding.UTF8.GetString(lines)));
}
