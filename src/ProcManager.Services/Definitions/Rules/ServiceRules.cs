using System.Text.RegularExpressions;
using ProcManager.Settings;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>The rules of one <see cref="ServiceDefinition"/>.</summary>
internal static partial class ServiceRules
{
    internal const string Names = "1 to 64 of a-z A-Z 0-9 . _ -, not beginning with a dot or a dash";

    internal static readonly Field ChecksField = new("check", nameof(ServiceDefinition.Checks));
    private static readonly Field SnapshotField = new("snapshot", nameof(ServiceDefinition.SnapshotCommands));

    internal static void Check(Findings findings, Subject subject, ServiceDefinition service)
    {
        if (!Name().IsMatch(service.Name))
        {
            findings.Refuse(subject, "name", service.Name, "is no name for a service", Names);
        }

        if (!Enum.IsDefined(service.Kind))
        {
            findings.Refuse(subject, "kind", service.Kind, "is no kind of service", string.Join(" or ", Enum.GetNames<ServiceKind>()));
        }

        CheckCommands(findings, subject, service);
        if (service.Checks.Count == 0 && service.Kind == ServiceKind.Detached)
        {
            findings.Missing(subject, ChecksField, "how the keeper sees that the service runs. Needed for a detached service; a foreground one runs as long as its process does");
        }

        for (int at = 0; at < service.Checks.Count; at++)
        {
            CheckRules.Check(findings, subject.Of(service.Checks[at], $"{ChecksField.Member}[{at}]"), service.Checks[at]);
        }

        CheckTimes(findings, subject, service);
        NotifyRules.Check(findings, subject.Of(service.Notify ?? new(), "Notify"), service.Notify);
        NotifyRules.Hint(findings, subject.Of(service.Notify ?? new(), "Notify"), service.Notify);
        HintRules.Check(findings, subject, service, ChecksField);
    }

    private static void CheckCommands(Findings findings, Subject subject, ServiceDefinition service)
    {
        if (service.Start is null)
        {
            findings.Missing(subject, "start", "the command that starts the service");
        }
        else
        {
            CommandRules.Check(findings, subject.Of(service.Start, "Start"), service.Start);
        }

        if (service.Stop is { } stop)
        {
            CommandRules.Check(findings, subject.Of(stop, "Stop"), stop);
            CommandRules.RefuseTimeout(findings, subject.Of(stop, "Stop"), stop, "stopTimeout");
        }

        for (int at = 0; at < service.SnapshotCommands.Count; at++)
        {
            CommandRules.Check(findings, subject.Of(service.SnapshotCommands[at], $"{SnapshotField.Member}[{at}]"), service.SnapshotCommands[at]);
        }
    }

    private static void CheckTimes(Findings findings, Subject subject, ServiceDefinition service)
    {
        findings.Time(subject, "stopTimeout", service.StopTimeout, Limits.TenthOfASecond, Limits.Hour);
        findings.Time(subject, "interval", service.Interval, Limits.TenthOfASecond, Limits.Day);
        ServiceBackoff backoff = service.Backoff;
        Subject ofBackoff = subject.Of(backoff, "Backoff");
        findings.Time(ofBackoff, "max", backoff.Max, Limits.Shortest, Limits.Day);
        findings.Time(ofBackoff, "resetAfter", backoff.ResetAfter, Limits.TenthOfASecond, Limits.Day);
        if (backoff.Initial < Limits.Shortest || backoff.Initial > backoff.Max)
        {
            findings.Refuse(ofBackoff, "initial", backoff.Initial, backoff.Initial < Limits.Shortest ? "is too short" : "is too long", $"{TimeText.Of(Limits.Shortest)} to {TimeText.Of(backoff.Max)}, the longest delay (max)");
        }

        if (service.GiveUp is { } giveUp)
        {
            Subject ofGiveUp = subject.Of(giveUp, "GiveUp");
            findings.Number(ofGiveUp, "restarts", giveUp.Restarts, 1, Limits.MaxCount);
            findings.Time(ofGiveUp, "within", giveUp.Within, Limits.Second, Limits.Week);
        }

        Subject ofLog = subject.Of(service.Log, "Log");
        findings.Size(ofLog, "maxSize", service.Log.MaxSize, Limits.MinLogSize, "4KiB to 1TiB");
        findings.Number(ofLog, "keep", service.Log.Keep, 1, Limits.MaxLogs);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
