namespace ProcManager.Services.Definitions;

/// <summary>A command in a definitions file: a line for the shell, a list of words without a shell, or an object with one of them and more.</summary>
internal static class CommandFields
{
    internal const string Allowed = "a line for the shell, a list of a program and its arguments, or an object with \"command\"";

    internal static readonly FileField<ServiceCommand>[] All =
    [
        new("command", ReadWords),
        new("environment", ReadEnvironment),
        Values.Text<ServiceCommand>("directory", static (c, v) => c.Directory = v),
        Values.Text<ServiceCommand>("user", static (c, v) => c.User = v),
        Values.Text<ServiceCommand>("group", static (c, v) => c.Group = v),
        Values.Time<ServiceCommand>("timeout", static (c, v) => c.Timeout = v),
    ];

    internal static FileField<T> Field<T>(string name, Action<T, ServiceCommand> set) => new(name, (report, entry, target) => set(target, Read(report, entry)));

    /// <summary>Always a command, so that one with a mistake does not count as missing, too.</summary>
    internal static ServiceCommand Read(FileReport report, Entry entry)
    {
        var command = new ServiceCommand();
        report.Remember(command, entry);
        if (entry.Kind == EntryKind.Object)
        {
            report.Read(entry, command, All, Advice);
        }
        else
        {
            int before = report.MistakeCount;
            ReadWords(report, entry, command);
            if (report.MistakeCount > before)
            {
                report.MarkWrong(entry);
            }
        }

        return command;
    }

    private static string? Advice(string name) => name switch
    {
        "args" or "arguments" => "arguments stand behind the program: \"command\": [\"redis-server\", \"--port\", \"6379\"]",
        "env" => "did you mean \"environment\"?",
        "cwd" or "workingDirectory" => "did you mean \"directory\"?",
        _ => null,
    };

    private static void ReadWords(FileReport report, Entry entry, ServiceCommand command)
    {
        switch (entry.Kind)
        {
            case EntryKind.Text when !string.IsNullOrWhiteSpace(entry.Value):
                foreach (string word in ServiceCommand.Shell(entry.Value).Command)
                {
                    command.Command.Add(word);
                }

                break;
            case EntryKind.List when entry.Items.Count > 0:
                foreach (Entry item in entry.Items)
                {
                    if (Values.Text(report, item, $"a text in quotes, such as {Entry.Quote(item.Kind == EntryKind.Number ? item.Value : "--verbose")}") is { } word)
                    {
                        command.Command.Add(word);
                    }
                }

                break;
            default:
                report.Refuse(entry, entry.Kind is EntryKind.Text or EntryKind.List ? "is empty" : "is no command", Allowed);
                break;
        }
    }

    private static void ReadEnvironment(FileReport report, Entry entry, ServiceCommand command)
    {
        if (entry.Kind != EntryKind.Object)
        {
            report.Refuse(entry, "is no object", "{ \"NAME\": \"value\", … }");
            return;
        }

        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (Member variable in entry.Members)
        {
            if (!report.IsFirst(first, entry, variable))
            {
                continue;
            }

            if (variable.Value.Kind == EntryKind.Text)
            {
                command.Environment[variable.Name] = variable.Value.Value;
            }
            else
            {
                report.Mistake(variable.Place, variable.Value.Path, "has a value that is no text; allowed: a text in quotes"); // the value may be a secret
            }
        }
    }
}
