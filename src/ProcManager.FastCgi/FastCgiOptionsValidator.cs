using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ProcManager.Settings;

namespace ProcManager.FastCgi;

/// <summary>Checks <see cref="FastCgiOptions"/>; each failure names the option, the value and what is allowed.</summary>
public sealed class FastCgiOptionsValidator : IValidateOptions<FastCgiOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private const int MaxWarmUpPath = 127; // one byte says how long a short parameter is

    /// <summary>Checks all options.</summary>
    /// <param name="name">The name of the options instance; not used.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every failure found.</returns>
    public ValidateOptionsResult Validate(string? name, FastCgiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = new ValidateOptionsResultBuilder();
        Number(result, options.MaxConcurrentRequests, 1, ushort.MaxValue);
        Number(result, options.MaxConnections, 1, ushort.MaxValue);
        Number(result, options.MaxParameterBytes, 1024, 64 * 1024 * 1024);
        Number(result, options.MaxParameters, 16, ushort.MaxValue);
        Time(result, options.HeaderTimeout);
        Time(result, options.BodyTimeout);
        Time(result, options.WriteTimeout);
        Time(result, options.KeepAliveTimeout);
        if (options.MaxBodySize is < 0)
        {
            Fail(result, nameof(options.MaxBodySize), options.MaxBodySize.Value, "0 and more, or null for no limit");
        }

        if (options.Multiplex && options.MaxConcurrentRequests < 2)
        {
            Fail(result, nameof(options.Multiplex), "true", $"true only with {nameof(options.MaxConcurrentRequests)} of 2 or more");
        }

        if (options.EndPoint is not (null or IPEndPoint or UnixDomainSocketEndPoint))
        {
            Fail(result, nameof(options.EndPoint), options.EndPoint.GetType().Name, "an IPEndPoint or a UnixDomainSocketEndPoint");
        }

        if (options.EndPoint is not null && options.SocketPath is not null)
        {
            Fail(result, nameof(options.SocketPath), options.SocketPath, $"a path, if {nameof(options.EndPoint)} is not set");
        }

        if (options.InheritedDescriptor is { } descriptor && (descriptor is < 0 or 1 or 2 || options.EndPoint is not null || options.SocketPath is not null))
        {
            Fail(result, nameof(options.InheritedDescriptor), descriptor, $"0, or 3 and more, if neither {nameof(options.EndPoint)} nor {nameof(options.SocketPath)} is set");
        }

        if (options.SocketPath?.Length == 0)
        {
            Fail(result, nameof(options.SocketPath), "''", "a path, or null");
        }

        if (options.WarmUpPath is { } path && (path.Length is 0 or > MaxWarmUpPath || path[0] != '/' || path.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            Fail(result, nameof(options.WarmUpPath), $"'{path}'", $"a path that begins with '/', 1 to {MaxWarmUpPath} printable ASCII characters; null for none");
        }

        foreach (string address in options.AllowedAddresses)
        {
            if (!IPAddress.TryParse(address, out _))
            {
                Fail(result, nameof(options.AllowedAddresses), address, "IPv4 and IPv6 addresses");
            }
        }

        return result.Build();
    }

    internal static void ThrowIfInvalid(FastCgiOptions options)
    {
        ValidateOptionsResult result = new FastCgiOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new ProcManagerConfigurationException(result.Failures);
        }
    }

    private static void Number(ValidateOptionsResultBuilder result, int value, int least, int most, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value < least || value > most)
        {
            Fail(result, option, value, $"{least} to {most}");
        }
    }

    private static void Time(ValidateOptionsResultBuilder result, TimeSpan value, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value < Shortest || value > Longest)
        {
            Fail(result, option, value, $"{TimeText.Of(Shortest)} to {TimeText.Of(Longest)}");
        }
    }

    private static void Fail(ValidateOptionsResultBuilder result, string expression, object value, string allowed)
    {
        string option = expression[(expression.LastIndexOf('.') + 1)..];
        object shown = value is TimeSpan time ? TimeText.Of(time) : value;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{FastCgiOptions.SectionName}:{option} is {shown}; allowed: {allowed}."));
    }
}
