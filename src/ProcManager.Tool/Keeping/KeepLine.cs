using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using ProcManager.Settings;

namespace ProcManager.Tool.Keeping;

/// <summary>The command line of <c>procman keep</c>.</summary>
internal sealed class KeepLine
{
    private readonly Argument<string?> _file = new("file") { Description = "The services, such as services.json.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _folder = new("--folder") { Description = "The folder of the keeper's own files, which names the keeper. Not given: as the file says, or the default folder of this user.", Recursive = true };
    private readonly Option<string?> _fileOfKeeper = new("--file") { Description = "The file of services whose keeper is meant." };
    private readonly Option<bool> _once = new("--once") { Description = "Makes one round, as from cron. Exit code: 0 all ran, 1 some were restarted, 2 some are down." };
    private readonly Option<bool> _check = new("--check") { Description = "Only reads the file, and names the line and field of each mistake." };
    private readonly Option<bool> _schema = new("--schema") { Description = "Writes the JSON schema of the file." };
    private readonly DaemonOptions _daemon = new();
    private readonly Option<string?> _pidFile;
    private readonly Option<bool> _json;

    private KeepLine(Option<string?> pidFile, Option<bool> json) => (_pidFile, _json) = (pidFile, json);

    internal static Command Build(Option<string?> pidFile, Option<bool> json)
    {
        var line = new KeepLine(pidFile, json);
        var keep = new Command("keep", "Keeps services running: looks for those of a file, restarts what is down, and remembers why it died.") { line._file, line._folder, line._once, line._check, line._schema };
        line._daemon.AddTo(keep);
        keep.Validators.Add(line.Validate);
        keep.SetAction(line.Run);
        keep.Add(line.Status());
        keep.Add(line.Named("why", "Shows how a service died the last time: the reason, and what its snapshot says.", (parsed, name) => KeeperCommands.Why(line.Target(parsed), name, parsed.GetValue(json))));
        keep.Add(line.Log());
        keep.Add(line.Named("pause", "A service is neither looked for nor started, until resume. It is not stopped.", (parsed, name) => KeeperCommands.Order(line.Target(parsed), "pause", name, "is paused")));
        keep.Add(line.Order("resume", "Ends a pause; tries again what was given up. Waits until the service is up, or has failed.", "is looked for again"));
        keep.Add(line.Order("restart", "Stops a service and starts it. Waits until it is up, or has failed.", "is being restarted"));
        keep.Add(line.Sub("reload", "The keeper reads its file again, as at HUP.", parsed => KeeperCommands.Reload(line.Folder(parsed))));
        keep.Add(line.Order("stop", "With a service: stops it, waits for its end, and pauses it until resume or restart. Without: stops the keeper and its foreground services, and waits for its end; detached services run on.", "is being stopped", ArgumentArity.ZeroOrOne));
        return keep;
    }

    private int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_schema))
        {
            Console.Write(Services.ServiceKeeperOptions.JsonSchema);
            return ExitCodes.Done;
        }

        string file = parsed.GetValue(_file)!;
        if (file.Length == 0)
        {
            throw new ToolException(ExitCodes.Usage, "the file is ''; allowed: a path.");
        }

        string? folder = Full(parsed.GetValue(_folder));
        if (parsed.GetValue(_check))
        {
            return Definitions.Check(file, folder);
        }

        return parsed.GetValue(_once)
            ? OneRound.Run(file, folder)
            : KeeperProcess.Run(file, folder, _daemon.Read(parsed, parsed.GetValue(_pidFile)));
    }

    private void Validate(CommandResult result)
    {
        Option[] modes = [.. new Option[] { _once, _check, _schema }.Where(o => IsGiven(result, o))];
        bool hasFile = result.GetResult(_file) is { Tokens.Count: > 0 };
        if (modes.Length > 1)
        {
            result.AddError($"{modes[0].Name} and {modes[1].Name} exclude each other.");
        }
        else if (hasFile == IsGiven(result, _schema))
        {
            result.AddError(hasFile ? "--schema takes no file." : "the file of services is missing: procman keep services.json. Commands for a keeper that runs: status, why, log, pause, resume, restart, reload, stop.");
        }
        else if (hasFile && Meant(result, result.GetResult(_file)!.Tokens[0].Value) is { } meant)
        {
            result.AddError(meant);
        }
        else if (modes is [var mode] && _daemon.All.Append(_pidFile).FirstOrDefault(o => IsGiven(result, o)) is { } daemon)
        {
            result.AddError($"{daemon.Name} is for a keeper that stays, not for {mode.Name}.");
        }
    }

    /// <summary>A word that is no file, and nearly a command.</summary>
    private static string? Meant(CommandResult keep, string word) =>
        word.Length > 0 && word.All(char.IsAsciiLetter) && !Path.Exists(word) && KnownNames.Nearest(word, keep.Command.Subcommands.Select(static c => c.Name)) is { } command
            ? $"there is no command and no file '{word}'; did you mean 'procman keep {command}'?"
            : null;

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private Command Status()
    {
        Argument<string?> name = Name<string?>(ArgumentArity.ZeroOrOne, "The service. Not given: all.");
        Command command = Sub("status", "Shows the services of a keeper. Exit code: 0 all of them are up, or paused; 1 some are not.", parsed => KeeperStatus.Run(Target(parsed), parsed.GetValue(name), parsed.GetValue(_json)));
        command.Add(name);
        return command;
    }

    private Command Log()
    {
        Argument<string> name = Name<string>(ArgumentArity.ExactlyOne, "The service.");
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what is written from now on, also into the next file, until Ctrl-C." };
        var lines = new Option<int>("--lines", "-n") { Description = "How many lines from the end.", DefaultValueFactory = static _ => LogCommand.Lines, CustomParser = LinesOf };
        Command command = Sub("log", "Shows what a foreground service has written, or the last start command of a detached one.", parsed => LogCommand.Run(Folder(parsed), parsed.GetValue(name)!, parsed.GetValue(lines), parsed.GetValue(follow)));
        command.Add(name);
        command.Add(follow);
        command.Add(lines);
        return command;
    }

    private static int LinesOf(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int lines);
        if (lines < 0 || !isNumber)
        {
            result.AddError($"--lines is {(isNumber ? text : $"'{text}'")}; allowed: 0 and more.");
        }

        return lines;
    }

    private Command Named(string name, string description, Func<ParseResult, string, int> run)
    {
        Argument<string> service = Name<string>(ArgumentArity.ExactlyOne, "The service.");
        Command command = Sub(name, description, parsed => run(parsed, parsed.GetValue(service)!));
        command.Add(service);
        return command;
    }

    /// <summary>An order whose outcome is waited for.</summary>
    private Command Order(string name, string description, string given, ArgumentArity? arity = null)
    {
        Argument<string?> service = Name<string?>(arity ?? ArgumentArity.ExactlyOne, arity is null ? "The service." : "The service. Not given: the keeper.");
        var noWait = new Option<bool>("--no-wait") { Description = "Does not wait for the outcome." };
        var timeout = new Option<string?>("--timeout") { Description = "How long the outcome is waited for, such as 30s. Not given: 2m." };
        Command command = Sub(name, description, parsed => (parsed.GetValue(service), parsed.GetValue(noWait)) switch
        {
            (null, var leaves) => KeeperCommands.Stop(Folder(parsed), leaves),
            ({ } one, true) => KeeperCommands.Order(Target(parsed), name, one, given),
            ({ } one, false) => KeeperCommands.OrderAndWait(Target(parsed), name, one, parsed.GetValue(timeout) is { } time ? DaemonOptions.Parse(timeout, time, Formats.Time) : Outcome.DefaultPatience),
        });
        command.Validators.Add(result =>
        {
            if (IsGiven(result, timeout) && (IsGiven(result, noWait) || result.GetResult(service) is not { Tokens.Count: > 0 }))
            {
                result.AddError(IsGiven(result, noWait) ? "--timeout and --no-wait exclude each other." : "--timeout is for a service; the end of the keeper is waited for as long as it takes.");
            }
        });
        command.Add(service);
        command.Add(noWait);
        command.Add(timeout);
        return command;
    }

    private Command Sub(string name, string description, Func<ParseResult, int> run)
    {
        var command = new Command(name, description) { _fileOfKeeper };
        command.Validators.Add(result =>
        {
            if (IsGiven(result, _fileOfKeeper) && IsGiven(result, _folder))
            {
                result.AddError("--file and --folder exclude each other.");
            }
            else if (result.GetResult(_file) is { Tokens: [var file, ..] } && (IsGiven(result, _fileOfKeeper) || IsGiven(result, _folder)))
            {
                result.AddError($"'{file.Value}' before {name} names a keeper, and so does an option; give one of them.");
            }
        });
        command.SetAction(run);
        return command;
    }

    private Argument<T> Name<T>(ArgumentArity arity, string description)
    {
        var name = new Argument<T>("service") { Description = description, Arity = arity, CompletionSources = { context => ServiceNames.Of(Folder(context)) } };
        name.Validators.Add(static result =>
        {
            if (result is { Tokens: [var token], Parent: CommandResult command } && token.Value.EndsWith(".json", StringComparison.Ordinal) && File.Exists(token.Value))
            {
                result.AddError($"'{token.Value}' is a file, and names no service. For the keeper of that file: procman keep {token.Value} {command.Command.Name}.");
            }
        });
        return name;
    }

    private KeeperTarget Target(ParseResult parsed) => new(Folder(parsed), parsed.GetValue(_fileOfKeeper) ?? parsed.GetValue(_file));

    /// <summary>The folder of the keeper that is meant.</summary>
    private string Folder(ParseResult parsed) => Definitions.FolderOf(parsed.GetValue(_fileOfKeeper) ?? parsed.GetValue(_file), Full(parsed.GetValue(_folder)));

    private string? Folder(CompletionContext context)
    {
        try
        {
            return Folder(context.ParseResult);
        }
        catch (ToolException)
        {
            return null; // an error would disturb the line that is being typed
        }
    }

    private static string? Full(string? path) => path switch
    {
        null => null,
        "" => throw new ToolException(ExitCodes.Usage, "--folder is ''; allowed: a path."),
        _ => Path.GetFullPath(path),
    };
}
