namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>The configurations that come with the sample, with the places of a test instead of those of a real machine.</summary>
internal static class Configuration
{
    /// <summary>Reads a configuration of samples/FastCgiApp and replaces what must be there.</summary>
    internal static string Of(string file, params (string There, string Here)[] places)
    {
        string text = File.ReadAllText(Path.Combine(Places.RepositoryRoot, "samples/FastCgiApp", file));
        foreach ((string there, string here) in places)
        {
            text = text.Contains(there, StringComparison.Ordinal)
                ? text.Replace(there, here, StringComparison.Ordinal)
                : throw new InvalidOperationException($"{file} does not say '{there}' any more.");
        }

        return text;
    }
}
