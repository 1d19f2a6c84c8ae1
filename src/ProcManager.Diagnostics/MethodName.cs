using System.Text.RegularExpressions;

namespace ProcManager.Diagnostics;

/// <summary>
/// Methods as people write them: the runtime says <c>A.B+C.Run(class System.String,int32[])</c>, the text <c>A.B.C.Run(string, int[])</c>.
/// What the compiler has made, such as <c>&lt;Run&gt;d__5.MoveNext()</c>, stays as it is.
/// </summary>
internal static partial class MethodName
{
    private const int Longest = 400;

    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["int8"] = "sbyte",
        ["int16"] = "short",
        ["int32"] = "int",
        ["int64"] = "long",
        ["unsigned int8"] = "byte",
        ["unsigned int16"] = "ushort",
        ["unsigned int32"] = "uint",
        ["unsigned int64"] = "ulong",
        ["float32"] = "float",
        ["float64"] = "double",
        ["String"] = "string",
        ["Object"] = "object",
    };

    internal static string Readable(string full)
    {
        int open = OpeningParenthesis(full);
        string name = Arity().Replace(full[..open], "").Replace('+', '.');
        return OneLine(name + Parameters(full[open..]));
    }

    /// <summary>No line of the text is longer than this, and none ends early: names may hold any character.</summary>
    internal static string OneLine(string text)
    {
        if (text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal))
        {
            text = string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
        }

        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
    }

    /// <summary>The last pair that is closed at the end: a name may hold parentheses too.</summary>
    private static int OpeningParenthesis(string full)
    {
        int depth = 0;
        for (int i = full.Length - 1; i >= 0 && full[^1] == ')'; i--)
        {
            depth += full[i] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return full.Length;
    }

    private static string Parameters(string list)
    {
        list = Arity().Replace(Kind().Replace(list, ""), "");
        list = Namespaces().Replace(list, "");
        list = Words().Replace(list, static word => Keywords.GetValueOrDefault(word.Value, word.Value));
        return Comma().Replace(list, ", ");
    }

    [GeneratedRegex(@"`\d+")]
    private static partial Regex Arity();

    [GeneratedRegex(@"\b(value class|class|valuetype) ")]
    private static partial Regex Kind();

    [GeneratedRegex(@"\b(\w+[.+])+(?=\w)")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"\b(unsigned )?\w+\b")]
    private static partial Regex Words();

    [GeneratedRegex(@",(?![\],])")] // not between the bounds of int[,]
    private static partial Regex Comma();
}
