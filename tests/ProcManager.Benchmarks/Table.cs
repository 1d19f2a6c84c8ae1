using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>What was measured, line by line. A line with a target says whether it is met; one without is for information.</summary>
internal sealed class Table : IDisposable
{
    private const string Format = "{0,-46} {1,14} {2,22} {3,8} {4,10}  {5}";

    private readonly TextWriter _out = Console.Out;
    private readonly long _begin = Environment.TickCount64;
    private int _missed;

    internal int ExitCode => _missed == 0 ? 0 : 1;

    internal void Begin(string name)
    {
        _out.WriteLine();
        _out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors, load average {ProcFs.Load:F1}"));
        Write(name, "measured", "yardstick", "ratio", "target", "");
    }

    /// <summary>A number that must not be above the target.</summary>
    internal void AtMost(string what, double measured, double target, string unit) =>
        Write(what, Text(measured, unit), "", "", "<= " + Text(target, unit), Verdict(measured <= target));

    /// <summary>A number that must not be above so many times the yardstick of the same run.</summary>
    internal void AtMostTimes(string what, double measured, string yardstickName, double yardstick, double target, string unit)
    {
        double ratio = measured / yardstick;
        Write(what, Text(measured, unit), $"{yardstickName} {Text(yardstick, unit)}", Text(ratio, ""), "<= " + Text(target, "x"), Verdict(ratio <= target));
    }

    /// <summary>A number that must be at least so many times the yardstick of the same run, if there is a target. The caller knows the ratio better than by dividing.</summary>
    internal void AtLeastTimes(string what, double measured, string yardstickName, double yardstick, double ratio, double? target, string unit) =>
        Write(what, Text(measured, unit), $"{yardstickName} {Text(yardstick, unit)}", Text(ratio, ""), target is { } least ? ">= " + Text(least, "x") : "", target is null ? "" : Verdict(ratio >= target));

    /// <summary>What could not be measured here, and what would help. Not a miss.</summary>
    internal void Missing(string what, string package) => Write(what, "not here", $"install {package}", "", "", "");

    internal void Note(string what, double measured, string unit) => Write(what, Text(measured, unit), "", "", "", "");

    internal void NoteTimes(string what, double measured, string yardstickName, double yardstick, string unit) =>
        Write(what, Text(measured, unit), $"{yardstickName} {Text(yardstick, unit)}", Text(measured / yardstick, ""), "", "");

    internal void Say(string what) => _out.WriteLine(what);

    internal void Fail(string what)
    {
        _missed++;
        _out.WriteLine($"FAILED: {what}");
    }

    public void Dispose()
    {
        double seconds = (Environment.TickCount64 - _begin) / 1000.0;
        _out.WriteLine();
        _out.WriteLine($"{(_missed == 0 ? "all targets met" : $"{_missed} MISSED")}, {Text(seconds, "s")}");
    }

    private static string Text(double value, string unit)
    {
        string number = value == Math.Truncate(value) ? value.ToString("F0", CultureInfo.InvariantCulture) : value.ToString("F2", CultureInfo.InvariantCulture);
        return unit is "" or "x" ? number + unit : $"{number} {unit}";
    }

    private void Write(params string[] columns) => _out.WriteLine(Format, columns);

    private string Verdict(bool ok)
    {
        _missed += ok ? 0 : 1;
        return ok ? "ok" : "MISSED";
    }
}
