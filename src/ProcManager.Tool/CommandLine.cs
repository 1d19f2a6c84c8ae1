using System.CommandLine;
using System.CommandLine.Parsing;
using ProcManager.Tool.Commands;
using ProcManager.Tool.Completion;
using ProcManager.Tool.Pools;
using ProcManager.Tool.Reaping;

namespace ProcManager.Tool;

/// <summary>The commands and their options.</summary>
internal static class CommandLine
{
    private static readonly Argument<string?> Name = new("pool") { Description = "The pool: the program's name or the manager's pid. Not given: the only pool there is.", Arity = ArgumentArity.ZeroOrOne, CompletionSources = { static _ => PoolNames.Running() } };
    private static readonly Option<string?> PidFile = new("--pid-file") { Description = "The pool's pid file; behind keep, the keeper's own.", Recursive = true };
    private static readonly Option<string?> Control = new("--control") { Description = "The pool's control socket.", Recursive = true };
    private static readonly Option<bool> Json = new("--json") { Description = "Writes JSON.", Recursive = true };

    /// <summary>A mistake of the command line. The parser's own words do not say which argument is missing.</summary>
    internal static string InWords(ParseResult parsed, ParseError error)
    {
        Command command = parsed.CommandResult.Command;
        Argument? missing = command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > (parsed.GetResult(a)?.Tokens.Count ?? 0));
        if (missing is null || !error.Message.StartsWith("Required argument missing for command", StringComparison.Ordinal))
        {
            return error.Message;
        }

        string path = string.Join(' ', command.Parents.OfType<Command>().Where(static c => c is not RootCommand).Append(command).Select(static c => c.Name));
        return $"the {missing.Name} is missing: procman {path} {missing.Name.ToUpperInvariant()}.";
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("Shows and steers the pools of ProcManager on this machine, and keeps services running.");
        root.Add(PidFile);
        root.Add(Control);
        root.Add(Json);
        root.Add(Command("list", "Lists all pools of this user.", static parsed => ListCommand.Run(parsed.GetValue(Json)), takesPool: false));
        root.Add(Command("status", "Shows what a pool does. Reads its scoreboard when the manager does not answer.", static parsed => StatusCommand.Run(Target(parsed), parsed.GetValue(Json))));
        root.Add(Command("peek", "Shows what the manager waits for, and what comes then: why does it not exit?", static parsed => PeekCommand.Run(Target(parsed), parsed.GetValue(Json))));
        root.Add(Command("top", "Shows a pool live. Keys: q quit, r reload, + and - scale, s sort, p pause, of the first worker shown c recycle and t stacks.", static parsed => TopCommand.Run(Target(parsed))));
        root.Add(Reload());
        root.Add(Stop());
        root.Add(Scale());
        root.Add(Recycle());
        root.Add(Command("pause", "No worker accepts new connections, which wait in the queue. Workers finish what they have.", static parsed => SimpleCommands.Pause(Target(parsed), parsed.GetValue(Json))));
        root.Add(Command("resume", "Ends a pause.", static parsed => SimpleCommands.Resume(Target(parsed), parsed.GetValue(Json))));
        root.Add(Stacks());
        root.Add(LogLevel());
        root.Add(Command("events", "Follows what happens in a pool, until Ctrl-C or until the output is closed.", static parsed => EventsCommand.Run(Target(parsed), parsed.GetValue(Json))));
        root.Add(Signal());
        root.Add(ReapLine.Build(PidFile));
        root.Add(Watching.WatchLine.Build(Name, PidFile, Control));
        root.Add(Keeping.KeepLine.Build(PidFile, Json));
        root.Add(CompletionCommand.Build());
        return root;
    }

    private static Command Reload()
    {
        var noWait = new Option<bool>("--no-wait") { Description = "Does not wait for the outcome." };
        Command command = Command("reload", "Replaces all workers, as HUP, and waits for the outcome.", parsed => ReloadCommand.Run(Target(parsed), !parsed.GetValue(noWait), parsed.GetValue(Json)));
        command.Add(noWait);
        return command;
    }

    private static Command Stop()
    {
        var kill = new Option<bool>("--kill") { Description = "Kills all workers at once." };
        var noWait = new Option<bool>("--no-wait") { Description = "Does not wait until the manager has ended." };
        Command command = Command("stop", "Stops a pool: each worker finishes its requests first.", parsed => StopCommand.Run(Target(parsed), parsed.GetValue(kill), !parsed.GetValue(noWait)));
        command.Add(kill);
        command.Add(noWait);
        return command;
    }

    private static Command Scale()
    {
        var count = new Argument<int>("count") { Description = "How many workers are wanted." };
        count.Validators.Add(static result => RequireRange(result, 1, Limits.MaxProcessCount, "count"));
        var command = new Command("scale", "Sets the number of workers.") { count, Name };
        command.SetAction(parsed => SimpleCommands.Scale(Target(parsed), parsed.GetValue(count), parsed.GetValue(Json)));
        return command;
    }

    private static Command Recycle()
    {
        Argument<int> slot = Slot();
        var command = new Command("recycle", "Replaces one worker; it leaves when its replacement is ready.") { slot, Name };
        command.SetAction(parsed => SimpleCommands.Recycle(Target(parsed), parsed.GetValue(slot), parsed.GetValue(Json)));
        return command;
    }

    private static Command Stacks()
    {
        Argument<int> slot = Slot();
        var command = new Command("stacks", "Shows the stacks of one worker, which goes on.") { slot, Name };
        command.SetAction(parsed => StacksCommand.Run(Target(parsed), parsed.GetValue(slot), parsed.GetValue(Json)));
        return command;
    }

    private static Command LogLevel()
    {
        var level = new Argument<string>("level") { Description = "Trace, Debug, Information, Warning, Error, Critical, None, or default: as the program has set it." };
        var command = new Command("log-level", "Sets the lowest level of the library's own messages, in the manager and its workers, until it ends.") { level, Name };
        command.SetAction(parsed => SimpleCommands.LogLevel(Target(parsed), parsed.GetValue(level)!, parsed.GetValue(Json)));
        return command;
    }

    private static Argument<int> Slot()
    {
        var slot = new Argument<int>("slot") { Description = "The worker's slot." };
        slot.Validators.Add(static result => RequireRange(result, 0, Limits.MaxSlots - 1, "slot"));
        return slot;
    }

    private static Command Signal()
    {
        var signal = new Argument<string>("signal") { Description = "HUP, TERM, INT, QUIT, TTIN, TTOU, USR1, USR2 or KILL.", CompletionSources = { static _ => SignalCommand.Names } };
        var command = new Command("signal", "Sends a signal to a manager.") { signal, Name };
        command.SetAction(parsed => SignalCommand.Run(Target(parsed), parsed.GetValue(signal)!));
        return command;
    }

    private static Command Command(string name, string description, Func<ParseResult, int> run, bool takesPool = true)
    {
        var command = new Command(name, description);
        if (takesPool)
        {
            command.Add(Name);
        }

        command.SetAction(run);
        return command;
    }

    private static PoolTarget Target(ParseResult parsed) => new(parsed.GetValue(Name), parsed.GetValue(PidFile), parsed.GetValue(Control));

    // What is no number is refused by the parser, in the same line.
    private static void RequireRange(ArgumentResult result, int min, int max, string what)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out int value) && (value < min || value > max))
        {
            result.AddError($"{what} is {value}; allowed: {min} to {max}.");
        }
    }
}
