using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ProcManager.Settings;

namespace ProcManager;

/// <summary>Checks <see cref="ProcessManagerOptions"/>; each failure names the option, the value and what is allowed.</summary>
public sealed partial class ProcessManagerOptionsValidator : IValidateOptions<ProcessManagerOptions>
{
    /// <summary>Checks all options.</summary>
    /// <param name="name">The name of the options instance; not used.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every failure found.</returns>
    public ValidateOptionsResult Validate(string? name, ProcessManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = new ValidateOptionsResultBuilder();
        Number(result, options.ProcessCount, 0, Limits.MaxProcessCount);
        Number(result, options.MaxSurge, 1, Limits.MaxProcessCount);
        Number(result, options.MaxRequests, 0, int.MaxValue);
        Number(result, options.CrashLimit, 1, Limits.MaxCrashLimit);
        Time(result, options.StartDelay, TimeSpan.Zero, Limits.Hour);
        Time(result, options.CanaryTime, TimeSpan.Zero, Limits.Hour);
        Time(result, options.CrashWindow, Limits.Shortest, Limits.Day);
        Time(result, options.MaxRestartDelay, Limits.Shortest, Limits.Day);
        OptionalTime(result, options.StartTimeout);
        OptionalTime(result, options.DieTimeout);
        Text(result, options.ProcessTitle);
        if (options.ReloadStrategy is not (ReloadStrategy.Rolling or ReloadStrategy.AllAtOnce))
        {
            Fail(result, nameof(options.ReloadStrategy), options.ReloadStrategy, $"{ReloadStrategy.Rolling} or {ReloadStrategy.AllAtOnce}");
        }

        NotEmpty(result, options.PidFile);
        ValidateControl(result, options);
        NotEmpty(result, options.WorkingDirectory);
        ValidateOutput(result, options);
        ValidateDrain(result, options);
        ValidatePool(result, options);
        ValidateRecycling(result, options);
        ValidateWatchdog(result, options);
        ValidateStatus(result, options.Status);
        ValidatePrivileges(result, options);
        return result.Build();
    }

    internal static void ThrowIfInvalid(ProcessManagerOptions options)
    {
        Throw(new ProcessManagerOptionsValidator().Validate(null, options));
    }

    private static void Throw(ValidateOptionsResult result)
    {
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

    private static void Time(ValidateOptionsResultBuilder result, TimeSpan value, TimeSpan least, TimeSpan most, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value < least || value > most)
        {
            Fail(result, option, value, $"{TimeText.Of(least)} to {TimeText.Of(most)}");
        }
    }

    private static void OptionalTime(ValidateOptionsResultBuilder result, TimeSpan? value, [CallerArgumentExpression(nameof(value))] string option = "") =>
        OptionalTime(result, value, Limits.Shortest, Limits.Day, "off (null) to wait without end", option);

    private static void Text(ValidateOptionsResultBuilder result, string? value, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is not null && (value.Length is 0 or > Limits.MaxTitleLength || value.Any(char.IsControl)))
        {
            Fail(result, option, value, $"1 to {Limits.MaxTitleLength} characters, no control characters, or null for the program's name");
        }
    }

    private static void NotEmpty(ValidateOptionsResultBuilder result, string? value, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is { } text && (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal)))
        {
            Fail(result, option, "''", "a path, or null for none");
        }
    }

    private static void Fail(ValidateOptionsResultBuilder result, string expression, object value, string allowed)
    {
        string option = expression[(expression.LastIndexOf('.') + 1)..];
        object shown = value is TimeSpan time ? TimeText.Of(time) : value;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{ProcessManagerOptions.SectionName}:{option} is {shown}; allowed: {allowed}."));
    }
}
