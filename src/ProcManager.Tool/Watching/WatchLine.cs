using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ProcManager.Settings;
using ProcManager.Tool.Commands;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Watching;

/// <summary>The command line of <c>procman watchdog</c>.</summary>
internal sealed class WatchLine
{
    private static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(20);

    private readonly Option<Uri?> _url = new("--url")
    {
        Description = "A status page instead, such as http://10.0.0.5:9090/status.json: the watchdog reports, and cannot kill.",
        CustomParser = static result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url : Wrong(result, "an address that begins with http:// or https://"),
    };

    private readonly Option<string?> _tokenFile = new("--token-file") { Description = "A file with the status page's token." };
    private readonly Option<string?> _lockFile = new("--lock-file") { Description = "The file that lets one watchdog run only. Not given: a file in this user's private folder, named after the pool." };
    private readonly Option<string> _timeout = new("--timeout") { Description = "How long a request may take, such as 5m.", Required = true };
    private readonly Option<string?> _interval = new("--interval") { Description = "Between two samples; a tenth of --timeout at most. Not given: a twelfth." };
    private readonly Option<string> _signal = new("--signal") { Description = "What a hung worker gets first.", DefaultValueFactory = static _ => "TERM" };
    private readonly Option<string> _grace = new("--grace") { Description = "Between the signal and KILL.", DefaultValueFactory = static _ => "10s" };
    private readonly Option<bool> _reportOnly = new("--report-only") { Description = "Sends no signal." };
    private readonly Option<string?> _command = new("--command") { Description = "A shell command, run once for each hang. It finds PROCMAN_POOL, PROCMAN_SLOT, PROCMAN_PID, PROCMAN_SECONDS, PROCMAN_REQUEST and PROCMAN_CLIENT in its environment." };
    private readonly Option<int> _debug = new("--debug") { Description = "0: errors only. 1: kills. 2: every sample.", DefaultValueFactory = static _ => WatchdogLog.Kills };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Lines carry the first 64 bytes of the request, and the client." };
    private readonly Option<string?> _logFile = new("--log-file") { Description = "Lines go to the end of this file. Not given: to standard error; with start and restart to a file beside the lock file." };
    private readonly Option<bool> _detached = new("--detached") { Hidden = true };
    private readonly Argument<string?> _name;
    private readonly Option<string?> _pidFile;
    private readonly Option<string?> _control;

    private WatchLine(Argument<string?> name, Option<string?> pidFile, Option<string?> control) => (_name, _pidFile, _control) = (name, pidFile, control);

    internal static Command Build(Argument<string?> name, Option<string?> pidFile, Option<string?> control)
    {
        var line = new WatchLine(name, pidFile, control);
        Command run = line.Watching("run", "Watches in the foreground.", static (_, options) => WatchCommand.Run(options));
        run.Add(line._detached);
        Command stop = line.Sub("stop", "Ends the watchdog of this pool.");
        stop.SetAction(parsed => WatchService.Stop(line.LockFile(parsed)));
        return new Command("watchdog", "Watches a pool from outside: a worker whose request takes too long is killed.")
        {
            line.Watching("start", "Starts the watchdog in the background, and returns when it runs.", WatchService.Start),
            stop,
            line.Watching("restart", "Ends the watchdog of this pool if there is one, and starts it.", WatchService.Restart),
            run,
        };
    }

    private Command Sub(string name, string description)
    {
        var command = new Command(name, description) { _name, _url, _lockFile };
        command.Validators.Add(result =>
        {
            if (Has(result, _url) && (result.GetResult(_name) is { Implicit: false, Tokens.Count: > 0 } || Has(result, _pidFile) || Has(result, _control)))
            {
                result.AddError("--url and a pool of this machine exclude each other.");
            }
        });
        return command;
    }

    private Command Watching(string name, string description, Func<ParseResult, WatchOptions, int> act)
    {
        Command command = Sub(name, description);
        Array.ForEach<Option>([_tokenFile, _timeout, _interval, _signal, _grace, _reportOnly, _command, _debug, _verbose, _logFile], command.Add);
        command.Validators.Add(result =>
        {
            if (Has(result, _tokenFile) && !Has(result, _url))
            {
                result.AddError("--token-file belongs to --url.");
            }
        });
        command.SetAction(parsed => act(parsed, Options(parsed)));
        return command;
    }

    private WatchOptions Options(ParseResult parsed)
    {
        TimeSpan timeout = Time("--timeout", parsed.GetValue(_timeout)!, MinTimeout, MaxTime);
        string lockFile = LockFile(parsed);
        bool detached = parsed.CommandResult.Command.Options.Contains(_detached) && parsed.GetValue(_detached);
        return new WatchOptions
        {
            Target = Target(parsed),
            Url = parsed.GetValue(_url),
            TokenFile = Full(parsed, _tokenFile),
            Timeout = timeout,
            Interval = parsed.GetValue(_interval) is { } interval ? Time("--interval", interval, MinInterval, timeout / 10) : TimeSpan.FromTicks(Math.Clamp(timeout.Ticks / 12, MinInterval.Ticks, MaxInterval.Ticks)),
            Grace = Time("--grace", parsed.GetValue(_grace)!, TimeSpan.Zero, MaxTime),
            Signal = SignalCommand.Number(parsed.GetValue(_signal)!),
            SignalName = parsed.GetValue(_signal)!.ToUpperInvariant(),
            ReportOnly = parsed.GetValue(_reportOnly),
            Command = parsed.GetValue(_command),
            Debug = parsed.GetValue(_debug) is >= WatchdogLog.Errors and <= WatchdogLog.Samples and var level ? level : throw Wrong("--debug", parsed.GetValue(_debug).ToString(CultureInfo.InvariantCulture), "0, 1 or 2"),
            Verbose = parsed.GetValue(_verbose),
            LockFile = lockFile,
            LogFile = LogFile(parsed, lockFile, detached),
            Detached = detached,
        };
    }

    private string LockFile(ParseResult parsed) => Full(parsed, _lockFile) ?? WatchdogFolder.LockFile(parsed.GetValue(_url), Target(parsed));

    // Whole paths: a watchdog in the background does not stay in the folder where it was started.
    private PoolTarget Target(ParseResult parsed) => new(parsed.GetValue(_name), Full(parsed, _pidFile), Full(parsed, _control));

    private string? LogFile(ParseResult parsed, string lockFile, bool detached)
    {
        string? file = Full(parsed, _logFile)
            ?? (!detached && parsed.CommandResult.Command.Name == "run" ? null
            : parsed.GetValue(_lockFile) is null ? Path.ChangeExtension(lockFile, ".log")
            : lockFile + ".log");
        return file != lockFile ? file : throw Wrong("--log-file", file, "another file than --lock-file");
    }

    private static string? Full(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) switch
    {
        null => null,
        "" => throw Wrong(option.Name, "", "a path"),
        var path => Path.GetFullPath(path),
    };

    private static bool Has(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static TimeSpan Time(string option, string text, TimeSpan min, TimeSpan max) =>
        !TimeText.TryRead(text, out TimeSpan time) ? throw Wrong(option, text, TimeText.Examples)
        : time >= min && time <= max ? time : throw Wrong(option, text, $"{TimeText.Of(min)} to {TimeText.Of(max)}");

    private static Uri? Wrong(ArgumentResult result, string allowed)
    {
        result.AddError($"--url is '{result.Tokens[0].Value}'; allowed: {allowed}.");
        return null;
    }

    private static ToolException Wrong(string option, string value, string allowed) => new(ExitCodes.Usage, $"{option} is '{value}'; allowed: {allowed}.");
}
