using System.Globalization;
using ProcManager.Settings;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>Collects what the rules find. Each mistake says the value and what is allowed.</summary>
internal sealed class Findings
{
    internal List<Finding> Mistakes { get; } = [];

    /// <summary>What works, and may not be what was meant.</summary>
    internal List<Finding> Hints { get; } = [];

    /// <summary>Files and folders that are named are looked at, for hints. That may hang, as on a file system that does not answer.</summary>
    internal bool LooksAtFiles { get; init; }

    internal void Refuse(Subject subject, Field field, object? value, string problem, string allowed) =>
        Mistakes.Add(new Finding(subject.Object, subject.Path, field, value, $"{problem}; allowed: {allowed}"));

    internal void Missing(Subject subject, Field field, string what) => Mistakes.Add(new Finding(subject.Object, subject.Path, field, null, $"is missing: {what}"));

    internal void Hint(Subject subject, Field field, object? value, string text) => Hints.Add(new Finding(subject.Object, subject.Path, field, value, text));

    internal void Time(Subject subject, Field field, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            Refuse(subject, field, value, value < min ? "is too short" : "is too long", $"{TimeText.Of(min)} to {TimeText.Of(max)}");
        }
    }

    internal void Number(Subject subject, Field field, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            Refuse(subject, field, value, value < min ? "is too small" : "is too large", string.Create(CultureInfo.InvariantCulture, $"{min} to {max}"));
        }
    }

    internal void Size(Subject subject, Field field, long value, long min, string allowed)
    {
        if (value < min || value > Limits.MaxSize)
        {
            Refuse(subject, field, value, value < min ? "is too small" : "is too large", allowed);
        }
    }

    /// <summary>A whole path, without control characters.</summary>
    internal void AbsolutePath(Subject subject, Field field, string path)
    {
        if (path.Length == 0 || path[0] != '/' || path.Any(char.IsControl))
        {
            Refuse(subject, field, path, "is no absolute path", "a path that begins with / and has no control characters");
        }
    }
}
