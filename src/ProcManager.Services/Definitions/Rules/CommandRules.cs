using ProcManager.Posix;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of a <see cref="ServiceCommand"/>.</summary>
internal static class CommandRules
{
    private const string NamesOfVariables = "names without '=' and NUL that do not begin with PROCMANAGER_, which are the keeper's own";

    internal static void Check(Findings findings, Subject subject, ServiceCommand command)
    {
        CheckWords(findings, subject, command);
        if (command.Directory is { } directory)
        {
            findings.AbsolutePath(subject, "directory", directory);
        }

        foreach ((string name, string value) in command.Environment)
        {
            // A value may be a secret and is never shown.
            var variable = new Field("environment", nameof(command.Environment)) { Key = name };
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') || name.StartsWith("PROCMANAGER_", StringComparison.Ordinal))
            {
                findings.Refuse(subject, variable, null, "has a name that is not allowed", NamesOfVariables);
            }
            else if (value is null || value.Contains('\0', StringComparison.Ordinal))
            {
                findings.Refuse(subject, variable, null, "has a value that is not allowed", "a text without NUL");
            }
        }

        CheckAccounts(findings, subject, command);
        if (command.Timeout is { } timeout)
        {
            findings.Time(subject, "timeout", timeout, Limits.TenthOfASecond, Limits.Day);
        }
    }

    /// <summary>In a place where another field says how long the command may take.</summary>
    internal static void RefuseTimeout(Findings findings, Subject subject, ServiceCommand command, string field)
    {
        if (command.Timeout is { } timeout)
        {
            findings.Refuse(subject, "timeout", timeout, "has no effect here", $"nothing: {field} says how long this command may take");
        }
    }

    private static void CheckWords(Findings findings, Subject subject, ServiceCommand command)
    {
        if (command.Command is not [var program, ..])
        {
            findings.Missing(subject, "command", "a program with its arguments, or a line for the shell");
            return;
        }

        if (program is not { Length: > 0 } || (program[0] != '/' && program.Contains('/', StringComparison.Ordinal)))
        {
            findings.Refuse(subject, "command", program ?? "", "is no program", "an absolute path, or a name without / that is found in PATH");
        }

        if (command.Command.Any(static word => word is null || word.Contains('\0', StringComparison.Ordinal)))
        {
            findings.Refuse(subject, "command", null, "has a word with a NUL", "texts without one");
        }
    }

    private static void CheckAccounts(Findings findings, Subject subject, ServiceCommand command)
    {
        UserEntry? entry = null;
        if (command.User is { } user)
        {
            bool isNumber = IsNumber(user, out uint id);
            entry = isNumber ? AccountDatabase.User(id) : IsName(user) ? AccountDatabase.User(user) : null;
            if (entry is null && (!isNumber || id == Credentials.None))
            {
                findings.Refuse(subject, "user", user, "is no user of this machine", "the name or number of a user");
            }
            else if (entry is null && command.Group is null)
            {
                findings.Missing(subject, "group", $"user {user} has no entry on this machine that would name one");
            }
        }

        if (command.Group is { } group && !(IsNumber(group, out uint number) ? number != Credentials.None : IsName(group) && AccountDatabase.GroupId(group) is not null))
        {
            findings.Refuse(subject, "group", group, "is no group of this machine", "the name or number of a group");
        }
    }

    private static bool IsNumber(string text, out uint number) => uint.TryParse(text, System.Globalization.NumberStyles.None, null, out number);

    private static bool IsName(string text) => text.Length > 0 && !text.AsSpan().ContainsAny(':', '\0', '\n');
}
