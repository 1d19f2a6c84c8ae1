using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using ProcManager.Handover;

namespace ProcManager;

/// <content>As whom workers run, with which limits and which environment.</content>
public sealed partial class ProcessManagerOptionsValidator
{
    private const int MinDescriptors = 64;
    private const int MinThreads = 64;
    private const int MaxDescriptors = 1_073_741_816; // the kernel's highest fs.nr_open
    private const long MinAddressSpace = 2L << 30; // with 1 GiB CoreCLR does not find its own assemblies

    private static void ValidatePrivileges(ValidateOptionsResultBuilder result, ProcessManagerOptions options)
    {
        Account(result, options.User, "the name or number of a user, or null for the manager's");
        Account(result, options.Group, "the name or number of a group, or null for the user's primary one");
        if (options is { Group.Length: > 0, User: null })
        {
            Fail(result, nameof(options.Group), options.Group!, "null while User is null");
        }

        if (options is { ManagerKeepsPrivileges: false, User: null })
        {
            Fail(result, nameof(options.ManagerKeepsPrivileges), false, "true while User is null: there is no user to become");
        }

        OptionalNumber(result, options.Nice, -20, 19);
        OptionalNumber(result, options.OomScoreAdjust, -1000, 1000);
        OptionalNumber(result, options.MaxOpenFiles, MinDescriptors, MaxDescriptors);
        OptionalNumber(result, options.MaxProcesses, MinThreads, int.MaxValue);
        OptionalBytes(result, options.MaxCoreSize, 0);
        OptionalBytes(result, options.MaxAddressSpace, MinAddressSpace);
        foreach ((string name, string? value) in options.Environment)
        {
            ValidateVariable(result, name, value);
        }
    }

    // A value may be a secret and is never shown.
    private static void ValidateVariable(ValidateOptionsResultBuilder result, string name, string? value)
    {
        const string Names = "names without '=' and NUL";
        if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
        {
            result.AddError($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.Environment)} has the name '{name.Replace("\0", "\\0", StringComparison.Ordinal)}'; allowed: {Names}.");
        }
        else if (name.StartsWith(LaunchRecord.Prefix, StringComparison.Ordinal))
        {
            result.AddError($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.Environment)} has the name '{name}'; allowed: names that do not begin with {LaunchRecord.Prefix}, which are the library's own.");
        }
        else if (value?.Contains('\0', StringComparison.Ordinal) == true)
        {
            result.AddError($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.Environment)}:{name} has a NUL in its value; allowed: values without one.");
        }
    }

    private static void Account(ValidateOptionsResultBuilder result, string? value, string allowed, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is { } text && (text.Length == 0 || text.AsSpan().ContainsAny(':', '\0', '\n') || uint.TryParse(text, out uint id) && id == uint.MaxValue))
        {
            Fail(result, option, $"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}'", allowed);
        }
    }

    private static void OptionalBytes(ValidateOptionsResultBuilder result, long? value, long least, [CallerArgumentExpression(nameof(value))] string option = "")
    {
        if (value is { } number && number < least)
        {
            Fail(result, option, number, least == 0 ? "a number of bytes, or null" : $"{least} bytes and more, or null");
        }
    }
}
