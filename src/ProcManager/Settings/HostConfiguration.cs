using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace ProcManager.Settings;

/// <summary>Builds the configuration that <c>WebApplication.CreateBuilder(args)</c> would have, before there is a builder, and without watching files: a pool reads them at its reload.</summary>
internal static class HostConfiguration
{
    private const string Development = "Development";

    internal static IConfigurationRoot Create(string[] args, IDictionary<string, string>? switches)
    {
        IConfigurationRoot host = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .AddCommandLine(args, switches)
            .Build();
        string environment = host["environment"] is { Length: > 0 } name ? name : "Production";
        string folder = Path.GetFullPath(host["contentRoot"] is { Length: > 0 } root ? root : FolderOfWorkers(args, switches) ?? Environment.CurrentDirectory);
        IConfigurationBuilder builder = new ConfigurationBuilder()
            .SetBasePath(folder)
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddJsonFile($"appsettings.{environment}.json", optional: true, reloadOnChange: false);
        if (environment.Equals(Development, StringComparison.OrdinalIgnoreCase) && Assembly.GetEntryAssembly() is { } program)
        {
            builder.AddUserSecrets(program, optional: true, reloadOnChange: false);
        }

        return builder.AddEnvironmentVariables().AddCommandLine(args, switches).Build();
    }

    // Workers start there, so their hosts read its files. Through a link to the current release, a reload reads the new release's file in the manager, too.
    private static string? FolderOfWorkers(string[] args, IDictionary<string, string>? switches)
    {
        IConfigurationRoot given = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args, switches).Build();
        string? folder = given[$"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.WorkingDirectory)}"];
        return Directory.Exists(folder) ? folder : null;
    }
}
