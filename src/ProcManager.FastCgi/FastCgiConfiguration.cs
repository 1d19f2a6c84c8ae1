using System.Net;
using Microsoft.Extensions.Configuration;

namespace ProcManager.FastCgi;

/// <summary>Options from the section <c>FastCgi</c>.</summary>
internal static class FastCgiConfiguration
{
    internal static FastCgiOptions Read(IConfiguration configuration) => Read(configuration, new FastCgiOptions());

    /// <summary>Onto options that have other defaults.</summary>
    internal static FastCgiOptions Read(IConfiguration configuration, FastCgiOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IConfigurationSection section = configuration.GetSection(FastCgiOptions.SectionName);
        Check(section);
        section.Bind(options);
        if (section["Port"] is { } text)
        {
            options.EndPoint = int.TryParse(text, out int port) && port is >= 0 and <= 65535
                ? new IPEndPoint(IPAddress.Loopback, port)
                : throw new ProcManagerException($"{FastCgiOptions.SectionName}:Port is {text}; allowed: 0 to 65535.");
        }

        return options;
    }

    private static void Check(IConfigurationSection section)
    {
        string[] known = ["Port", .. typeof(FastCgiOptions).GetProperties().Select(static p => p.Name).Except([nameof(FastCgiOptions.EndPoint)])];
        if (section.GetChildren().FirstOrDefault(c => !known.Contains(c.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new ProcManagerException($"{unknown.Path} is not an option. Options: {string.Join(", ", known.Order())}.");
        }
    }
}
