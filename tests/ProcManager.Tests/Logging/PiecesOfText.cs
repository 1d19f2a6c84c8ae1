using System.Text;
using ProcManager.Logging;

namespace ProcManager.Tests.Logging;

public class PiecesOfText
{
    [Theory]
    [InlineData("", "prefix: \n")]
    [InlineData("one line", "prefix: one line\n")]
    [InlineData("two\nlines", "prefix: two\nlines\n")]
    public void A_short_text_is_one_piece(string text, string piece) =>
        TextPieces.Of("prefix: ", text).Select(Encoding.UTF8.GetString).Should().Equal(piece);

    [Fact]
    public void A_long_text_is_cut_between_lines_and_each_piece_has_the_prefix()
    {
        string text = string.Join('\n', Enumerable.Range(0, 2000).Select(static i => $"frame {i} {new string('x', i % 90)}"));
        byte[][] pieces = [.. TextPieces.Of("prefix: ", text)];

        pieces.Should().OnlyContain(static p => p.Length <= 4096 && p.Last() == (byte)'\n');
        string[] bodies = [.. pieces.Select(static p => Encoding.UTF8.GetString(p)[..^1])];
        bodies.Should().OnlyContain(static b => b.StartsWith("prefix: frame "));
        string.Join('\n', bodies.Select(static b => b["prefix: ".Length..])).Should().Be(text);
    }

    [Theory]
    [InlineData("ä")]
    [InlineData("x")]
    [InlineData("語")]
    [InlineData("😀")]
    public void A_line_that_is_too_long_is_cut_between_characters(string character)
    {
        string text = string.Concat(Enumerable.Repeat(character, 5000));
        byte[][] pieces = [.. TextPieces.Of("prefix: ", text)];

        pieces.Should().OnlyContain(static p => p.Length <= 4096);
        string.Concat(pieces.Select(static p => Encoding.UTF8.GetString(p)["prefix: ".Length..^1])).Should().Be(text);
    }
}
