using System.Reflection;

namespace ProcManager.WeatherTests.Infrastructure;

internal static class Releases
{
    /// <summary>The test worker built with another version of the library.</summary>
    internal static string OtherTestWorker { get; } = typeof(Releases).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static a => a.Key == "OtherTestWorkerPath").Value!;
}
