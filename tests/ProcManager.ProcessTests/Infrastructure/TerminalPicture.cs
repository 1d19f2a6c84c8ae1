using System.Globalization;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Draws a terminal's screen as SVG. Each run of one colour has its place and its length, so that columns stand under each other in any font.</summary>
internal static partial class TerminalPicture
{
    private const double CellWidth = 8.4;
    private const int LineHeight = 18;
    private const int Margin = 16;
    private const string Plain = "#d4d4d4";

    private static readonly string[] Colours = ["#5c6370", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#ffffff"];

    internal static string Draw(string screen)
    {
        string[] lines = screen.TrimEnd('\n', ' ').Split('\n');
        int columns = lines.Max(static l => Sequence().Replace(l, "").TrimEnd().Length);
        var svg = new StringBuilder();
        string width = Number((columns * CellWidth) + (2 * Margin));
        int height = (lines.Length * LineHeight) + (2 * Margin);
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e1e1e\"/>\n<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n");
        var pen = new Pen();
        for (int row = 0; row < lines.Length; row++)
        {
            DrawLine(svg, lines[row], Margin + (row * LineHeight) + 13, pen);
        }

        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private static void DrawLine(StringBuilder svg, string line, int y, Pen pen)
    {
        int column = 0;
        foreach (Match part in Part().Matches(line))
        {
            if (part.Groups["sgr"].Success)
            {
                pen.Take(part.Groups["sgr"].Value);
                continue;
            }

            string text = part.Value;
            foreach (Match words in Words().Matches(text))
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(Margin + ((column + words.Index) * CellWidth))}\" y=\"{y}\" textLength=\"{Number(words.Length * CellWidth)}\" {pen.Attributes}>{SecurityElement.Escape(words.Value)}</text>\n");
            }

            column += text.Length;
        }
    }

    private static string Number(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\e\[(?<sgr>[0-9;]*)m|[^\e]+")]
    private static partial Regex Part();

    [GeneratedRegex(@"\S+( \S+)*")] // several spaces would be one in some viewers
    private static partial Regex Words();

    /// <summary>What the sequences so far have set (ECMA-48, select graphic rendition).</summary>
    private sealed class Pen
    {
        private string _colour = Plain;
        private bool _isBold;
        private bool _isDim;

        internal string Attributes => $"fill=\"{_colour}\"{(_isBold ? " font-weight=\"bold\"" : "")}{(_isDim ? " opacity=\"0.6\"" : "")}";

        internal void Take(string sequence)
        {
            int[] codes = [.. sequence.Split(';').Select(static c => c.Length == 0 ? 0 : int.Parse(c, CultureInfo.InvariantCulture))];
            for (int at = 0; at < codes.Length; at++)
            {
                switch (codes[at])
                {
                    case 0:
                        (_colour, _isBold, _isDim) = (Plain, false, false);
                        break;
                    case 1:
                        _isBold = true;
                        break;
                    case 2:
                        _isDim = true;
                        break;
                    case 22:
                        (_isBold, _isDim) = (false, false);
                        break;
                    case >= 30 and <= 37 and var dark:
                        _colour = Colours[dark - 30];
                        break;
                    case 38 when at + 2 < codes.Length && codes[at + 1] == 5: // of 256 colours the first sixteen
                        _colour = Colours[codes[at + 2] & 7];
                        at += 2;
                        break;
                    case 39:
                        _colour = Plain;
                        break;
                    case >= 90 and <= 97 and var bright:
                        _colour = Colours[bright - 90];
                        break;
                }
            }
        }
    }
}
