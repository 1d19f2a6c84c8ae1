using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using ProcManager.Settings;

namespace ProcManager.FastCgi;

/// <summary>Reads the section <c>FastCgi</c>.</summary>
internal static class FastCgiConfiguration
{
    internal const string Port = "Port";

    private const string Address = "Address";

    internal static FastCgiOptions Read(IConfiguration configuration) => Read(configuration, new FastCgiOptions());

    /// <summary>Onto options that have other defaults.</summary>
    /// <exception cref="ProcManagerConfigurationException">The section has a key that is no option, or a value that cannot be read or is out of its range.</exception>
    internal static FastCgiOptions Read(IConfiguration configuration, FastCgiOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var reader = new SectionReader();
        IConfigurationSection section = configuration.GetSection(FastCgiOptions.SectionName);
        IConfigurationSection listen = section.GetSection(nameof(FastCgiOptions.Listen));
        reader.RefuseValueOf(section, nameof(FastCgiOptions.Listen));
        reader.Read(section, options, FastCgiSettings.All, nameof(FastCgiOptions.AllowedAddresses), nameof(FastCgiOptions.Listen), Port);
        if (listen.GetChildren().Any())
        {
            reader.Read(listen, options.Listen, FastCgiSettings.Listen, Address);
        }

        foreach (string text in reader.ReadList(section.GetSection(nameof(FastCgiOptions.AllowedAddresses))))
        {
            options.AllowedAddresses.Add(text);
        }

        ReadPort(reader, section.GetSection(Port), options);
        ReadAddress(reader, listen, options);
        ReadAddress(reader, listen.GetSection(Address), options);
        CheckThatThereIsOne(reader, section, listen);
        reader.Add(new FastCgiOptionsValidator().Validate(null, options));
        reader.ThrowIfWrong();
        return options;
    }

    private static void ReadPort(SectionReader reader, IConfigurationSection entry, FastCgiOptions options)
    {
        if (entry.Value is not { Length: > 0 } text)
        {
            return;
        }

        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            options.EndPoint = new IPEndPoint(IPAddress.Loopback, port);
        }
        else
        {
            reader.Refuse(entry, "0 to 65535, a port of 127.0.0.1");
        }
    }

    private static void ReadAddress(SectionReader reader, IConfigurationSection entry, FastCgiOptions options)
    {
        if (entry.Value is not { Length: > 0 } text)
        {
            return;
        }

        if (ListenAddress.TryRead(text, out ListenAddress address))
        {
            options.EndPoint = address.EndPoint ?? options.EndPoint;
            options.SocketPath = address.Path ?? options.SocketPath;
            options.InheritedDescriptor = address.Descriptor ?? options.InheritedDescriptor;
        }
        else
        {
            reader.Add($"{entry.Path} is '{text}'; allowed: {ListenAddress.Examples}.");
        }
    }

    private static void CheckThatThereIsOne(SectionReader reader, IConfigurationSection section, IConfigurationSection listen)
    {
        IConfigurationSection[] given =
        [
            .. new[] { listen, listen.GetSection(Address), section.GetSection(nameof(FastCgiOptions.SocketPath)), section.GetSection(Port) }.Where(static s => s.Value is { Length: > 0 }),
        ];
        if (given.Length > 1)
        {
            reader.Add($"{string.Join(" and ", given.Select(static s => $"{s.Path} ('{s.Value}')"))} are given; allowed: one of them.");
        }
    }
}
