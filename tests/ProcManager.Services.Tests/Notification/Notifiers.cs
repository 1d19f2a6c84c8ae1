using System.Text;
using System.Text.RegularExpressions;
using ProcManager.Services.Notification;

namespace ProcManager.Services.Tests.Notification;

[Trait("Row", "E4")]
public sealed class Notifiers : IDisposable
{
    private static readonly ServiceNotice Notice = new("redis", ServiceChange.Down, new DateTimeOffset(2026, 11, 28, 0, 11, 22, TimeSpan.Zero), "127.0.0.1:6379 refuses connections", "/var/snap", 3, "one\ntwo\n");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_has_the_facts_in_its_environment_and_the_output_on_its_input()
    {
        string told = _folder.File("told");
        await new CommandNotifier(ServiceCommand.Shell($"env | grep ^PROCMANAGER_ | sort > {told}; cat >> {told}")).NotifyAsync(Notice, default);
        (await File.ReadAllTextAsync(told)).Should().Be("""
            PROCMANAGER_AT=2026-11-28T00:11:22Z
            PROCMANAGER_CHANGE=down
            PROCMANAGER_REASON=127.0.0.1:6379 refuses connections
            PROCMANAGER_RESTARTS=3
            PROCMANAGER_SERVICE=redis
            PROCMANAGER_SNAPSHOT=/var/snap
            one
            two

            """);
    }

    [Fact]
    public async Task A_command_without_output_and_one_that_reads_nothing_are_fine()
    {
        await new CommandNotifier(ServiceCommand.Shell("read x && exit 1; exit 0")).NotifyAsync(Notice with { Output = "" }, default);
        await new CommandNotifier(new ServiceCommand("true")).NotifyAsync(Notice with { Output = new string('x', 1_000_000) }, default);
    }

    [Fact]
    public async Task A_command_that_fails_is_told_with_its_last_lines()
    {
        Func<Task> tell = () => new CommandNotifier(ServiceCommand.Shell("echo no route >&2; exit 75")).NotifyAsync(Notice, default);
        (await tell.Should().ThrowAsync<ProcManagerException>()).WithMessage("/bin/sh exited with 75: no route");
    }

    [Fact]
    public async Task A_mail_goes_through_the_sendmail_in_the_path()
    {
        string mail = await Sent(Notice);
        mail.Should().StartWith("-t -i\nTo: root, anna@example.org\nSubject: redis on web1: down\nAuto-Submitted: auto-generated\n");
        Body(mail).Should().Be("""
            service:  redis
            host:     web1
            change:   the service was found down and is restarted
            at:       2026-11-28T00:11:22Z
            reason:   127.0.0.1:6379 refuses connections
            restarts: 3
            snapshot: /var/snap

            last lines of its output:
              one
              two

            """.Replace("\n", "\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_value_writes_a_line_of_the_head_or_moves_a_cursor()
    {
        string mail = await Sent(Notice with { Reason = "x\nBcc: all@example.org", Output = "\u001b[2J\n.\nFrom a stranger\n" }, host: "web\nBcc: all@example.org");
        string head = mail[..mail.IndexOf("\n\n", StringComparison.Ordinal)];
        head.Split('\n').Should().NotContain(static l => l.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
        Body(mail).Should().Contain("reason:   x\\u000ABcc: all@example.org\r\n").And.Contain("  \\u001B[2J\r\n  .\r\n  From a stranger\r\n");
        Func<Task> injected = () => new MailNotifier("root\nBcc: all@example.org", "web1").NotifyAsync(Notice, default);
        await injected.Should().ThrowAsync<ProcManagerException>().WithMessage("*control character*");
    }

    [Fact]
    public async Task A_name_beyond_ascii_is_encoded_in_words_of_a_length_that_is_allowed()
    {
        string host = string.Concat(Enumerable.Repeat("größe", 12));
        string mail = await Sent(Notice, host: host);
        string[] words = [.. Regex.Matches(mail, @"=\?utf-8\?B\?([^?]*)\?=").Select(static m => m.Value)];
        words.Should().OnlyContain(static w => w.Length <= 75);
        string.Concat(words.Select(static w => Encoding.UTF8.GetString(Convert.FromBase64String(w[10..^2])))).Should().Be($"redis on {host}: down");
    }

    [Fact]
    public async Task A_mail_that_fails_says_what_to_try()
    {
        Func<Task> failing = () => Sent(Notice, script: "echo no relay >&2; exit 75\n");
        await failing.Should().ThrowAsync<ProcManagerException>().WithMessage($"*/sendmail exited with 75: no relay. Look into the log of the mail program, and try it by hand: echo test | {_folder.File("sendmail")} -v root, anna@example.org");
    }

    private static string Body(string mail) => Encoding.UTF8.GetString(Convert.FromBase64String(mail[(mail.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]));

    /// <summary>PATH is this process's, so one test at a time.</summary>
    private async Task<string> Sent(ServiceNotice notice, string host = "web1", string? script = null)
    {
        string? path = Environment.GetEnvironmentVariable("PATH");
        _ = _folder.Script("sendmail", script ?? $"echo \"$@\" > {_folder.File("mail")}; cat >> {_folder.File("mail")}\n");
        Environment.SetEnvironmentVariable("PATH", $"{_folder.Path}:{path}");
        try
        {
            await new MailNotifier("root, anna@example.org", host).NotifyAsync(notice, default);
            return await File.ReadAllTextAsync(_folder.File("mail"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
