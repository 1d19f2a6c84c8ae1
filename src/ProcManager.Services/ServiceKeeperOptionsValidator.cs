using System.Globalization;
using Microsoft.Extensions.Options;
using ProcManager.Services.Definitions;
using ProcManager.Services.Definitions.Rules;
using ProcManager.Settings;

namespace ProcManager.Services;

/// <summary>Checks <see cref="ServiceKeeperOptions"/> made in C#; each failure names the option, its value and what is allowed. A file is checked when it is read.</summary>
public sealed class ServiceKeeperOptionsValidator : IValidateOptions<ServiceKeeperOptions>
{
    /// <summary>Checks all options and all services.</summary>
    /// <param name="name">The name of the options instance; not used.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every failure found.</returns>
    public ValidateOptionsResult Validate(string? name, ServiceKeeperOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<Finding> mistakes = KeeperRules.Check(options).Mistakes;
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes.Select(Describe));
    }

    /// <exception cref="ProcManagerConfigurationException">Something is not allowed.</exception>
    internal static void ThrowIfInvalid(ServiceKeeperOptions options)
    {
        if (new ServiceKeeperOptionsValidator().Validate(null, options) is { Failed: true, Failures: { } failures })
        {
            throw new ProcManagerConfigurationException(failures);
        }
    }

    private static string Describe(Finding mistake)
    {
        string path = mistake.Path.Length == 0 ? mistake.Field.Member : $"{mistake.Path}.{mistake.Field.Member}";
        string key = mistake.Field.Key switch
        {
            null => "",
            string text => $"[{Entry.Quote(text)}]",
            var index => string.Create(CultureInfo.InvariantCulture, $"[{index}]"),
        };
        string what = mistake.MemberText ?? mistake.Text;
        return mistake.Value is null ? $"{path}{key} {what}." : $"{path}{key}: {Show(mistake.Value)} {what}.";
    }

    private static string Show(object value) => value switch
    {
        TimeSpan time => TimeText.Of(time),
        string text => Entry.Quote(text),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
