namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of <see cref="ServiceNotifyOptions"/>.</summary>
internal static class NotifyRules
{
    internal static void Check(Findings findings, Subject subject, ServiceNotifyOptions? notify)
    {
        if (notify?.Command is { } command)
        {
            CommandRules.Check(findings, subject.Of(command, "Command"), command);
        }

        // It becomes an argument of sendmail and a header of the mail.
        if (notify?.Mail is { } mail && (mail.Length == 0 || mail[0] == '-' || mail.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ',' or ';' or '<' or '>')))
        {
            findings.Refuse(subject, "mail", mail, "is no address", "one address without a name, such as root or ops@example.org");
        }
    }
}
