using System.Net;
using Microsoft.Extensions.Options;
using ProcManager.Settings;

namespace ProcManager;

/// <content>The options of the status page.</content>
public sealed partial class ProcessManagerOptionsValidator
{
    private const int MinTokenLength = 16;
    private const int MaxTokenLength = 256;

    private static void ValidateControl(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        if (options.PeekSignal is not (null or "USR1" or "USR2"))
        {
            Fail(result, nameof(options.PeekSignal), options.PeekSignal, "USR1, USR2, or off (null)");
        }

        NotEmpty(result, options.ControlSocket);
        if (IsWithoutFile(options.ControlSocket))
        {
            Fail(result, nameof(options.ControlSocket), options.ControlSocket!, "auto, a path of a file, or off (null): a socket without a file has no permissions, and every user could connect");
        }
    }

    private static bool IsWithoutFile(string? path) => path is ['@', ..];

    private static void ValidateStatus(ValidateOptionsResultBuilder result, StatusOptions status)
    {
        foreach ((string option, string value, string allowed) in MistakesOf(status))
        {
            Fail(result, $"{StatusOptions.SectionName}:{option}", value, allowed);
        }
    }

    /// <summary>The option, its value as it may be shown, and what is allowed.</summary>
    internal static IEnumerable<(string Option, string Value, string Allowed)> MistakesOf(StatusOptions status)
    {
        if (status.Token is { } token && (token.Length is < MinTokenLength or > MaxTokenLength || token.Any(static c => c is <= ' ' or > '~')))
        {
            yield return (nameof(status.Token), $"a text of {token.Length} characters, which are not shown", $"{MinTokenLength} to {MaxTokenLength} visible ASCII characters, or off (null)");
        }

        if (status.EndPoint is not { } text)
        {
            yield break;
        }

        if (!ListenAddress.TryRead(text, out ListenAddress address) || address.Descriptor is not null || IsWithoutFile(address.Path))
        {
            yield return (nameof(status.EndPoint), text, "an address and a port of this machine, such as 127.0.0.1:9090 or [::1]:9090; a unix socket, such as unix:/run/app/status.sock; or off (null)");
        }
        else if (address.EndPoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address) && (!status.AllowRemote || status.Token is null))
        {
            yield return (nameof(status.EndPoint), text, $"an address of this machine only, such as 127.0.0.1:{ip.Port}; other machines can reach {ip.Address} when {StatusOptions.SectionName}:{nameof(status.AllowRemote)} is true and {StatusOptions.SectionName}:{nameof(status.Token)} is set");
        }
    }
}
