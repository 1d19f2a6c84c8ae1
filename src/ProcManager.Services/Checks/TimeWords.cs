using System.Globalization;

namespace ProcManager.Services.Checks;

/// <summary>Words that several details have.</summary>
internal static class TimeWords
{
    internal static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
