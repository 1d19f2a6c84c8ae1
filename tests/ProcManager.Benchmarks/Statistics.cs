namespace ProcManager.Benchmarks;

internal static class Statistics
{
    internal static double Median(this IEnumerable<double> values) => values.Quantile(0.5);

    internal static double Quantile(this IEnumerable<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Min(sorted.Length * quantile, sorted.Length - 1)];
    }
}
