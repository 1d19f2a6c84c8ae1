using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.Diagnostics;

namespace ProcManager.Services.Definitions;

/// <summary>What a value of JSON is.</summary>
internal enum EntryKind
{
    Object,
    List,
    Text,
    Number,
    Switch,
    Null,
}

/// <summary>A value of a definitions file with its place.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Where it begins.</param>
/// <param name="Path">Its fields from the root: <c>services.redis.check.tcp</c>; empty for the root.</param>
/// <param name="Value">A text without its quotes and escapes; a number, true or false as written; otherwise empty.</param>
internal sealed partial record Entry(EntryKind Kind, Place Place, string Path, string Value)
{
    private const int MaxShown = 80;

    /// <summary>The fields of an object, in the order of the file.</summary>
    internal List<Member> Members { get; } = [];

    /// <summary>The values of a list.</summary>
    internal List<Entry> Items { get; } = [];

    /// <summary>For a message.</summary>
    internal string Shown => Kind switch
    {
        EntryKind.Object => "an object",
        EntryKind.List => "a list",
        EntryKind.Null => "null",
        EntryKind.Text => Quote(Value),
        _ => Shorten(Value),
    };

    internal Entry? this[string name] => Members.FirstOrDefault(m => m.Name == name)?.Value;

    /// <summary>The path of a field of this object. A name that would be read as something else stands in brackets.</summary>
    internal string PathOf(string name)
    {
        string field = SimpleName().IsMatch(name) ? (Path.Length == 0 ? "" : ".") + name : $"[{Quote(name)}]";
        return Path + field;
    }

    /// <summary>The path of a value of this list.</summary>
    internal string PathOf(int index) => string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]");

    internal static string Quote(string text) => $"\"{Shorten(Printable.Of(text))}\"";

    private static string Shorten(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";

    [GeneratedRegex("^[A-Za-z0-9_$-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex SimpleName();
}

/// <summary>A place in a file.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Line">Its line, from 1 on.</param>
internal readonly record struct Place(int Offset, int Line);

/// <summary>A field of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">Where its name begins.</param>
/// <param name="Value">Its value.</param>
internal sealed record Member(string Name, Place Place, Entry Value);
