namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of <see cref="ServiceNotifyOptions"/>.</summary>
internal static class NotifyRules
{
    internal static void Check(Findings findings, Subject subject, ServiceNotifyOptions? notify)
    {
        if (notify?.Command is { } command)
        {
            CommandRules.Check(findings, subject.Of(command, "Command"), command);
            if (command.Timeout is { } timeout && timeout > Limits.HalfAMinute && timeout <= Limits.Day)
            {
                findings.Time(subject.Of(command, "Command"), "timeout", timeout, Limits.TenthOfASecond, Limits.HalfAMinute); // other notices wait meanwhile
            }
        }

        // It becomes the header of a mail.
        if (notify?.Mail is { } mail && !mail.Split(',').All(static one => IsAddress(one.Trim(' '))))
        {
            findings.Refuse(subject, "mail", mail, "is no address", "addresses without names, such as root, or root, ops@example.org");
        }
    }

    private static bool IsAddress(string text) => text.Length > 0 && text[0] != '-' && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ';' or '<' or '>');
}
