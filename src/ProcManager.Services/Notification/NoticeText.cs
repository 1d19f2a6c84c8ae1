using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;

namespace ProcManager.Services.Notification;

/// <summary>A notice in words, for people and for commands.</summary>
internal static class NoticeText
{
    /// <summary>The word for mails and for <c>PROCMANAGER_CHANGE</c>.</summary>
    internal static string Word(ServiceChange change) => change switch
    {
        ServiceChange.Down => "down",
        ServiceChange.Recovered => "recovered",
        ServiceChange.StartFailed => "start-failed",
        ServiceChange.Flapping => "flapping",
        ServiceChange.GivenUp => "given-up",
        _ => change.ToString(),
    };

    internal static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What a command finds in its environment. A variable cannot hold a zero byte.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Variables(ServiceNotice notice) =>
    [
        new("PROCMANAGER_SERVICE", notice.Service),
        new("PROCMANAGER_CHANGE", Word(notice.Change)),
        new("PROCMANAGER_AT", Time(notice.At)),
        new("PROCMANAGER_REASON", Printable.Of(notice.Reason)),
        new("PROCMANAGER_SNAPSHOT", notice.Snapshot ?? ""),
        new("PROCMANAGER_RESTARTS", notice.Restarts.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>The text of a mail.</summary>
    internal static string Body(ServiceNotice notice, string host)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"service:  {notice.Service}\n");
        text.Append(CultureInfo.InvariantCulture, $"host:     {host}\n");
        text.Append(CultureInfo.InvariantCulture, $"change:   {Sentence(notice.Change)}\n");
        text.Append(CultureInfo.InvariantCulture, $"at:       {Time(notice.At)}\n");
        text.Append(CultureInfo.InvariantCulture, $"reason:   {Printable.Of(notice.Reason)}\n");
        text.Append(CultureInfo.InvariantCulture, $"restarts: {notice.Restarts}\n");
        text.Append(CultureInfo.InvariantCulture, $"snapshot: {notice.Snapshot ?? "none"}\n");
        if (notice.Output.Trim().Length > 0)
        {
            text.Append("\nlast lines of its output:\n");
            foreach (string line in notice.Output.TrimEnd('\n').Split('\n'))
            {
                text.Append("  ").Append(Printable.OfLine(line)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Sentence(ServiceChange change) => change switch
    {
        ServiceChange.Down => "the service was found down and is restarted",
        ServiceChange.Recovered => "the service is up again",
        ServiceChange.StartFailed => "the service could not be started; the keeper goes on trying",
        ServiceChange.Flapping => "the service goes down again and again; nothing more is told until it stays up",
        ServiceChange.GivenUp => "the keeper has given the service up",
        _ => change.ToString(),
    };
}
