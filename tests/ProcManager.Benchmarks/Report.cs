using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>One line a figure: what was measured, its yardstick in the same run, their ratio, and the target.</summary>
internal sealed class Report
{
    internal bool Missed { get; private set; }

    internal int Told { get; private set; }

    internal void Target(string what, double measured, double most, string unit, string note = "")
    {
        bool ok = measured <= most;
        Missed |= !ok;
        Line(what, $"{Number(measured)} {unit}", $"at most {Number(most)} {unit}", ok ? "ok" : "MISSED", note);
    }

    internal void Ratio(string what, double measured, double yardstick, double most, string unit, string note = "")
    {
        double ratio = measured / yardstick;
        bool ok = ratio <= most;
        Missed |= !ok;
        Line(what, $"{Number(measured)} / {Number(yardstick)} {unit} = {Number(ratio)}", $"at most {Number(most)}", ok ? "ok" : "MISSED", note);
    }

    /// <summary>A figure without a target.</summary>
    internal void Tell(string what, string figures)
    {
        Told++;
        Line(what, figures, "", "", "");
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Line(string what, string figures, string target, string verdict, string note) =>
        Console.WriteLine($"  {what,-52} {figures,-34} {target,-16} {verdict,-6} {note}".TrimEnd());

    private static string Number(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
