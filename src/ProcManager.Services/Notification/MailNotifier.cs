using System.Globalization;
using System.Text;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Notification;

/// <summary>
/// Tells by mail, which it hands to <c>sendmail -t -i</c>: every mail program of a Unix system has one under that name. It is looked for in PATH, /usr/sbin and /usr/lib at each mail, so that one installed later is found.
/// </summary>
/// <param name="address">One address, or several separated by commas.</param>
/// <param name="host">The name of this machine.</param>
internal sealed class MailNotifier(string address, string host) : IServiceNotifier, IEquatable<MailNotifier>
{
    private const int MaxOutput = 64 * 1024;

    /// <summary>An encoded word of RFC 2047 has at most 75 characters; so many bytes fit, encoded.</summary>
    private const int MaxEncoded = 45;

    private static readonly OutputLimit Kept = new(4096, KeepsEnd: true);

    /// <exception cref="ProcManagerException">There is no sendmail, or it has failed, or the address holds what no address holds.</exception>
    public async Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken)
    {
        string mail = Mail(notice with { Output = notice.Output.Length > MaxOutput ? notice.Output[^MaxOutput..] : notice.Output }, address, host);
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/lib"];
        string sendmail = CommandStart.FindIn(folders, "sendmail")
            ?? throw new ProcManagerException("there is no program sendmail in PATH, /usr/sbin or /usr/lib. Install a mail program that has it, such as msmtp-mta, dma or postfix.");
        var command = new ServiceCommand(sendmail, "-t", "-i");
        CommandResult result = await CommandRun.RunAsync(command, CommandNotifier.DefaultTimeout, Kept, [], Encoding.UTF8.GetBytes(mail), null, cancellationToken).ConfigureAwait(false);
        try
        {
            CommandNotifier.ThrowIfFailed(command, result);
        }
        catch (ProcManagerException e)
        {
            throw new ProcManagerException($"{e.Message}. Look into the log of the mail program, and try it by hand: echo test | {sendmail} -v {address}", e);
        }
    }

    public bool Equals(MailNotifier? other) => other is not null && other.ToString() == ToString();

    public override bool Equals(object? obj) => Equals(obj as MailNotifier);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"mail to {address}";

    /// <summary>The mail with its head. No value of the head can begin a line of its own.</summary>
    internal static string Mail(ServiceNotice notice, string address, string host)
    {
        if (address.Any(static c => char.IsControl(c)))
        {
            throw new ProcManagerException("the mail address holds a control character, such as a line end.");
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"To: {address}\n");
        text.Append(CultureInfo.InvariantCulture, $"Subject: {Header($"{notice.Service} on {host}: {NoticeText.Word(notice.Change)}")}\n");
        text.Append("Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n");
        string body = Convert.ToBase64String(Encoding.UTF8.GetBytes(NoticeText.Body(notice, host).Replace("\n", "\r\n", StringComparison.Ordinal)), Base64FormattingOptions.InsertLineBreaks);
        return text.Append(body.Replace("\r\n", "\n", StringComparison.Ordinal)).Append('\n').ToString();
    }

    /// <summary>As it is when it is plain text in ASCII; else in encoded words, RFC 2047.</summary>
    private static string Header(string value)
    {
        if (value.All(static c => c is >= ' ' and <= '~'))
        {
            return value;
        }

        var words = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (Encoding.UTF8.GetByteCount(word.ToString()) + rune.Utf8SequenceLength > MaxEncoded)
            {
                words.Add(word.ToString());
                word.Clear();
            }

            word.Append(Rune.IsControl(rune) ? "?" : rune.ToString());
        }

        words.Add(word.ToString());
        return string.Join("\n ", words.Select(static w => $"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(w))}?="));
    }
}
