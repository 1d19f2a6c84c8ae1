using System.CommandLine;
using ProcManager.Settings;

namespace ProcManager.Tool.Keeping;

/// <summary>The options of a keeper that stays: those of a manager's process, see docs/daemon.md.</summary>
internal sealed class DaemonOptions
{
    private readonly Option<bool> _detach = new("--detach") { Description = "Leaves the terminal. Returns when the keeper runs, with the exit code of its start." };
    private readonly Option<string?> _logFile = new("--log-file") { Description = "The keeper's log. Not given: standard error." };
    private readonly Option<string?> _logFileMaxSize = new("--log-file-max-size") { Description = "From this size on the log is renamed to NAME.1, such as 10MiB. Not given: it grows without limit." };
    private readonly Option<int?> _logFileKeep = new("--log-file-keep") { Description = "How many renamed logs are kept. Not given: 5." };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "Auto, Text, Json or Journal.", CompletionSources = { Enum.GetNames<LogFormat>() } };
    private readonly Option<string?> _user = new("--user") { Description = "The user that the keeper becomes, by name or number. It can then start services of this user only." };
    private readonly Option<string?> _group = new("--group") { Description = "The group that the keeper becomes. Not given: the first group of --user." };
    private readonly Option<string?> _umask = new("--umask") { Description = "The file mode creation mask of the keeper and its services, such as 027." };

    internal IReadOnlyList<Option> All => [_detach, _logFile, _logFileMaxSize, _logFileKeep, _logFormat, _user, _group, _umask];

    internal void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    /// <exception cref="ToolException">A value cannot be read.</exception>
    internal ProcessManagerOptions Read(ParseResult parsed, string? pidFile) => new()
    {
        ProcessCount = 0,
        PidFile = pidFile is null ? null : Path.GetFullPath(pidFile),
        Detach = parsed.GetValue(_detach),
        LogFile = parsed.GetValue(_logFile) is { Length: > 0 } log ? Path.GetFullPath(log) : parsed.GetValue(_logFile),
        LogFileMaxSize = parsed.GetValue(_logFileMaxSize) is { } size ? Parse(_logFileMaxSize, size, Formats.SizeLimit) : 0,
        LogFileKeep = parsed.GetValue(_logFileKeep) ?? new ProcessManagerOptions().LogFileKeep,
        LogFormat = parsed.GetValue(_logFormat) is { } format ? Parse(_logFormat, format, Formats.Choice<LogFormat>()) : LogFormat.Auto,
        User = parsed.GetValue(_user),
        Group = parsed.GetValue(_group),
        Umask = parsed.GetValue(_umask) is { } umask ? Parse(_umask, umask, Formats.Mode) : null,
    };

    /// <summary>A mistake that begins with the name of an option in C#, in the words of the command line.</summary>
    internal static string InWordsOfTheLine(string mistake)
    {
        const string Prefix = ProcessManagerOptions.SectionName + ":";
        string[] parts = (mistake.StartsWith(Prefix, StringComparison.Ordinal) ? mistake[Prefix.Length..] : mistake).Split(' ', 2);
        string option = "-" + string.Concat(parts[0].Select(static c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c.ToString()));
        return parts is [_, var rest] && (option == "--pid-file" || new DaemonOptions().All.Any(o => o.Name == option)) ? $"{option} {rest}" : mistake;
    }

    internal static T Parse<T>(Option option, string text, Format<T> format) =>
        format.TryRead(text, out T value) ? value : throw new ToolException(ExitCodes.Usage, $"{option.Name} is '{text}'; allowed: {format.Allowed}.");
}
