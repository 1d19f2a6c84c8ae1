namespace ProcManager.FastCgi.AspNetCore.TestApp;

/// <summary>Prints what the host's own configuration has that the one read before it has not, and the other way round.</summary>
internal static class PrintedConfiguration
{
    // What a host adds of itself, not what a user has written.
    private static readonly string[] OfTheHost = ["contentRoot", "applicationName", "environment", "WEBROOT"];

    internal static void Compare(string[] args, IConfiguration ours)
    {
        ConfigurationManager theirs = WebApplication.CreateBuilder(args).Configuration;
        foreach ((string key, string? value) in theirs.AsEnumerable())
        {
            if (value is not null && ours[key] != value && !OfTheHost.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                Console.WriteLine($"differs: {key} is '{value}' in the host and '{ours[key]}' here");
            }
        }

        foreach ((string key, string? value) in ours.AsEnumerable())
        {
            if (value is not null && theirs[key] != value && !OfTheHost.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                Console.WriteLine($"differs: {key} is '{value}' here and '{theirs[key]}' in the host");
            }
        }

        Console.WriteLine($"colour {ours["Colour"]}, secret {ours["Secret"]}");
    }
}
