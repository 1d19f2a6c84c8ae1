using System.Net;
using Microsoft.Extensions.Configuration;

namespace ProcManager.FastCgi;

/// <summary>Options from the section <c>FastCgi</c>.</summary>
internal static class FastCgiConfiguration
{
    private const string Port = "Port";

    internal static FastCgiOptions Read(IConfiguration configuration) => Read(configuration, new FastCgiOptions());

    /// <summary>Onto options that have other defaults.</summary>
    internal static FastCgiOptions Read(IConfiguration configuration, FastCgiOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IConfigurationSection section = configuration.GetSection(FastCgiOptions.SectionName);
        IConfigurationSection listen = section.GetSection(nameof(FastCgiOptions.Listen));
        Check(section, listen);
        UnixFileMode? mode = ModeOf(listen.GetSection(nameof(ListenOptions.Mode)));
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new ProcManagerException($"{e.Message} {e.InnerException?.Message} Times are written hh:mm:ss, such as 00:01:30.", e);
        }

        options.Listen.Mode = mode ?? options.Listen.Mode;
        if (section[Port] is { } text)
        {
            options.EndPoint = int.TryParse(text, out int port) && port is >= 0 and <= 65535
                ? new IPEndPoint(IPAddress.Loopback, port)
                : throw new ProcManagerException($"{section.Path}:{Port} is {text}; allowed: 0 to 65535.");
        }

        return options;
    }

    private static void Check(IConfigurationSection section, IConfigurationSection listen)
    {
        string[] apart = [nameof(FastCgiOptions.EndPoint), nameof(FastCgiOptions.Listen), nameof(FastCgiOptions.AllowedAddresses)];
        string? mistake = ConfigurationKeys.Mistake(
                section,
                typeof(FastCgiOptions).GetProperties().Select(static p => p.Name).Except(apart).Append(Port).Order(StringComparer.Ordinal),
                [nameof(FastCgiOptions.AllowedAddresses)],
                [nameof(FastCgiOptions.Listen)])
            ?? ConfigurationKeys.Mistake(listen, typeof(ListenOptions).GetProperties().Select(static p => p.Name).Order(StringComparer.Ordinal), [], []);
        if (mistake is not null)
        {
            throw new ProcManagerException(mistake);
        }
    }

    /// <summary>Digits are octal, as chmod has them; anything else is names. A binder would take digits for a decimal number.</summary>
    private static UnixFileMode? ModeOf(IConfigurationSection section)
    {
        if (section.Value is not { Length: > 0 } text)
        {
            return null;
        }

        bool isRead = char.IsAsciiDigit(text[0])
            ? TryReadOctal(text, out UnixFileMode mode)
            : Enum.TryParse(text, ignoreCase: true, out mode);
        return isRead
            ? mode
            : throw new ProcManagerException($"{section.Path} is {text}; allowed: octal digits, such as 0660, or names with commas: {string.Join(", ", Enum.GetNames<UnixFileMode>().Where(static n => n != nameof(UnixFileMode.None)))}.");
    }

    private static bool TryReadOctal(string text, out UnixFileMode mode)
    {
        mode = UnixFileMode.None;
        if (text.Length > 5 || text.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            return false;
        }

        int number = Convert.ToInt32(text, 8);
        mode = (UnixFileMode)number;
        return number <= 0b111_111_111;
    }
}
