using System.Globalization;
using ProcManager.Services.Definitions.Rules;
using ProcManager.Settings;

namespace ProcManager.Services.Definitions;

/// <summary>Collects the mistakes and hints of one file, each with its line, and knows which object was read from which place.</summary>
/// <param name="file">The file's name, for messages.</param>
internal sealed class FileReport(string file)
{
    private readonly List<(Place Place, string Text)> _mistakes = [];
    private readonly List<(Place Place, string Text)> _hints = [];
    private readonly Dictionary<object, Entry> _places = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Entry> _wrong = new(ReferenceEqualityComparer.Instance);

    internal int MistakeCount => _mistakes.Count;

    internal IReadOnlyList<string> Mistakes => Sorted(_mistakes);

    internal IReadOnlyList<string> Hints => Sorted(_hints);

    /// <summary>The object was read from this place.</summary>
    internal void Remember(object read, Entry place) => _places[read] = place;

    /// <summary>A value that cannot be read.</summary>
    internal void Refuse(Entry entry, string problem, string allowed)
    {
        MarkWrong(entry);
        Mistake(entry.Place, entry.Path, $"{entry.Shown} {problem}; allowed: {allowed}");
    }

    /// <summary>What was read from here means nothing, and no rule is to judge it.</summary>
    internal void MarkWrong(Entry entry) => _wrong.Add(entry);

    internal void Mistake(Place place, string path, string text) => Add(_mistakes, place, path, text);

    internal void Hint(Entry entry, string text) => AddHint(entry.Place, entry.Path, text);

    /// <summary>Reads the fields of an object. A mistake in one field does not keep the others from being read.</summary>
    internal void Read<T>(Entry entry, T target, IReadOnlyList<FileField<T>> fields, Func<string, string?>? advice = null)
        where T : class
    {
        Remember(target, entry);
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (Member member in entry.Members)
        {
            if (fields.FirstOrDefault(f => f.Name == member.Name) is not { } field)
            {
                Mistake(member.Place, entry.PathOf(member.Name), Unknown(member.Name, [.. fields.Select(static f => f.Name)], advice));
            }
            else if (IsFirst(first, entry, member))
            {
                int before = MistakeCount;
                field.Read(this, member.Value, target);
                if (MistakeCount > before)
                {
                    MarkWrong(member.Value);
                }
            }
        }
    }

    /// <summary>False: another member of the object has the same name, which is a mistake.</summary>
    internal bool IsFirst(Dictionary<string, Place> first, Entry entry, Member member)
    {
        if (first.TryAdd(member.Name, member.Place))
        {
            return true;
        }

        Mistake(member.Place, entry.PathOf(member.Name), string.Create(CultureInfo.InvariantCulture, $"is there twice; the first is in line {first[member.Name].Line}"));
        return false;
    }

    /// <summary>Takes what the rules have found, except in values that could not be read: those have defaults that mean nothing.</summary>
    internal void Add(Findings findings)
    {
        foreach (Finding mistake in findings.Mistakes)
        {
            (Entry place, string path, bool isThere) = Find(mistake);
            if (!_wrong.Contains(place))
            {
                Mistake(place.Place, path, isThere && mistake.Value is not null ? $"{place.Shown} {mistake.Text}" : mistake.Text);
            }
        }

        foreach (Finding hint in findings.Hints)
        {
            (Entry place, string path, _) = Find(hint);
            AddHint(place.Place, path, hint.Value is string text ? $"{Entry.Quote(text)}: {hint.Text}" : hint.Text);
        }
    }

    // The owner's entry when the field is not there: it is missing, or the owner is written as a text or a list.
    private (Entry Place, string Path, bool IsThere) Find(Finding finding)
    {
        Entry owner = _places[finding.Owner];
        if (owner.Kind != EntryKind.Object)
        {
            return (owner, owner.Path, true);
        }

        return owner[finding.Field.Json] is not { } field ? (owner, finding.Field.Json == "name" ? owner.Path : owner.PathOf(finding.Field.Json), false)
            : finding.Field.Key is int index && field.Kind == EntryKind.List ? (field.Items[index], field.Items[index].Path, true)
            : finding.Field.Key is string key && field[key] is { } value ? (value, value.Path, true)
            : (field, field.Path, true);
    }

    private void Add(List<(Place Place, string Text)> list, Place place, string path, string text) =>
        list.Add((place, string.Create(CultureInfo.InvariantCulture, $"{file}:{place.Line}: {(path.Length == 0 ? "" : path + (IsPredicate(text) ? " " : ": "))}{text}")));

    private void AddHint(Place place, string path, string text) => Add(_hints, place, path.Length == 0 ? "hint" : $"hint: {path}", text);

    private static bool IsPredicate(string text) => text.StartsWith("is ", StringComparison.Ordinal) || text.StartsWith("has ", StringComparison.Ordinal) || text.StartsWith("says ", StringComparison.Ordinal);

    private static string Unknown(string name, string[] known, Func<string, string?>? advice) => advice?.Invoke(name) is { } better ? $"is no field here; {better}"
        : KnownNames.Nearest(name, known) is { } nearest ? $"is no field here; did you mean {Entry.Quote(nearest)}?"
        : $"is no field here; allowed: {string.Join(", ", known)}";

    private static string[] Sorted(List<(Place Place, string Text)> list) => [.. list.OrderBy(static m => m.Place.Offset).Select(static m => m.Text)];
}

/// <summary>A field of an object in a definitions file.</summary>
/// <typeparam name="T">What the object is read into.</typeparam>
/// <param name="Name">The field's name.</param>
/// <param name="Read">Reads a value into the object, or reports why it cannot be read.</param>
internal sealed record FileField<T>(string Name, Action<FileReport, Entry, T> Read);
