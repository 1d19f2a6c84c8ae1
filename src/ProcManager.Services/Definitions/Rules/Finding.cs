namespace ProcManager.Services.Definitions.Rules;

/// <summary>Something about a definition that is a mistake, or worth a hint.</summary>
/// <param name="Owner">The object whose field it is.</param>
/// <param name="Path">Where the owner is, as one writes it in C#: <c>Services["redis"].Backoff</c>.</param>
/// <param name="Field">The field.</param>
/// <param name="Value">The field's value, for a message; null: it is not shown.</param>
/// <param name="Text">What is wrong, and what is allowed.</param>
internal sealed record Finding(object Owner, string Path, Field Field, object? Value, string Text)
{
    /// <summary>The text in the words of C#, where it names other fields; null: it is the same.</summary>
    internal string? MemberText { get; init; }
}

/// <summary>The name of a field in <c>services.json</c> and in C#.</summary>
/// <param name="Json">As the file has it.</param>
/// <param name="Member">As the class has it.</param>
internal sealed record Field(string Json, string Member)
{
    /// <summary>A value of a list, or of a dictionary; null: the field as a whole.</summary>
    internal object? Key { get; init; }

    /// <summary>Names that differ in the case of the first letter only.</summary>
    public static implicit operator Field(string json) => new(json, char.ToUpperInvariant(json[0]) + json[1..]);
}

/// <summary>An object with its place.</summary>
/// <param name="Object">The object.</param>
/// <param name="Path">Where it is, as one writes it in C#; empty for the options themselves.</param>
internal readonly record struct Subject(object Object, string Path)
{
    internal Subject Of(object part, string member) => new(part, Path.Length == 0 ? member : $"{Path}.{member}");
}
