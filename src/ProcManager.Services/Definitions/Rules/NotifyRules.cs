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

    /// <summary>A mail program that is installed later is found, so this is a hint only.</summary>
    internal static void Hint(Findings findings, Subject subject, ServiceNotifyOptions? notify)
    {
        if (findings.LooksAtFiles && notify?.Mail is { Length: > 0 } mail && !MailFolders().Any(static f => File.Exists(f + "/sendmail")))
        {
            findings.Hint(subject, "mail", mail, "there is no program sendmail now, so no mail can be sent; install a mail program that has it (Debian: msmtp-mta, dma or postfix), or use \"command\"");
        }
    }

    private static IEnumerable<string> MailFolders() => [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/lib"];

    private static bool IsAddress(string text) => text.Length > 0 && text[0] != '-' && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ';' or '<' or '>');
}
