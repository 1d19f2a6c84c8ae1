using System.Globalization;
using Spectre.Console;

namespace ProcManager.Tool.Commands;

/// <summary>Tables as ps and top have them: no lines, right-aligned numbers.</summary>
internal static class Tables
{
    internal static Table Plain(params string[] columns)
    {
        Table table = new Table().NoBorder().Expand();
        table.Expand = false;
        foreach (string column in columns)
        {
            var header = new TableColumn($"[dim]{Markup.Escape(column)}[/]") { NoWrap = true, Padding = new Padding(0, 0, 2, 0) };
            table.AddColumn(column is "PROGRAM" or "STATE" or "REQUEST" or "UP" or "SERVICE" or "SINCE" or "KIND" or "WHY" ? header : header.RightAligned());
        }

        return table;
    }

    internal static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
