using ProcManager.Settings;

namespace ProcManager.Services.Definitions;

/// <summary>Reads values; what cannot be read is reported with what is allowed.</summary>
internal static class Values
{
    internal static FileField<T> Time<T>(string name, Action<T, TimeSpan> set) => Formatted(name, Formats.Time, EntryKind.Text, set, "has no unit");

    /// <summary>A number of bytes, or a text with a unit.</summary>
    internal static FileField<T> Size<T>(string name, Action<T, long> set) => new(name, (report, entry, target) =>
    {
        if (entry.Kind is EntryKind.Text or EntryKind.Number && Formats.Size.TryRead(entry.Value, out long bytes))
        {
            set(target, bytes);
        }
        else
        {
            report.Refuse(entry, "is no size", SizeText.Examples);
        }
    });

    internal static FileField<T> Number<T>(string name, Action<T, int> set) => Formatted(name, Formats.Number, EntryKind.Number, set);

    internal static FileField<T> Switch<T>(string name, Action<T, bool> set) => Formatted(name, Formats.Switch, EntryKind.Switch, set);

    internal static FileField<T> Text<T>(string name, Action<T, string> set) => new(name, (report, entry, target) =>
    {
        if (Text(report, entry, "a text in quotes") is { } text)
        {
            set(target, text);
        }
    });

    internal static FileField<T> Object<T, TPart>(string name, Func<T, TPart> get, IReadOnlyList<FileField<TPart>> fields)
        where TPart : class => new(name, (report, entry, target) => ReadObject(report, entry, get(target), fields));

    internal static void ReadObject<T>(FileReport report, Entry entry, T target, IReadOnlyList<FileField<T>> fields, Func<string, string?>? advice = null)
        where T : class
    {
        report.Remember(target, entry);
        if (entry.Kind == EntryKind.Object)
        {
            report.Read(entry, target, fields, advice);
        }
        else
        {
            report.Refuse(entry, "is no object", $"{{ … }} with {string.Join(", ", fields.Select(static f => f.Name))}");
        }
    }

    /// <summary>Null: it is no text, which was reported.</summary>
    internal static string? Text(FileReport report, Entry entry, string allowed)
    {
        if (entry.Kind == EntryKind.Text)
        {
            return entry.Value;
        }

        report.Refuse(entry, entry.Kind == EntryKind.Number ? "is a number" : "is no text", allowed);
        return null;
    }

    private static FileField<T> Formatted<T, TValue>(string name, Format<TValue> format, EntryKind kind, Action<T, TValue> set, string? problemOfNumber = null) => new(name, (report, entry, target) =>
    {
        if (entry.Kind == kind && format.TryRead(entry.Value, out TValue value))
        {
            set(target, value);
        }
        else
        {
            report.Refuse(entry, entry.Kind == EntryKind.Number && problemOfNumber is not null ? problemOfNumber : "cannot be read", format.Allowed);
        }
    });
}
