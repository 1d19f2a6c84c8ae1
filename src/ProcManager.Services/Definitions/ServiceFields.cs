namespace ProcManager.Services.Definitions;

/// <summary>A service in a definitions file.</summary>
internal static class ServiceFields
{
    internal static readonly FileField<ServiceBackoff>[] Backoff =
    [
        Values.Time<ServiceBackoff>("initial", static (b, v) => b.Initial = v),
        Values.Time<ServiceBackoff>("max", static (b, v) => b.Max = v),
        Values.Time<ServiceBackoff>("resetAfter", static (b, v) => b.ResetAfter = v),
    ];

    internal static readonly FileField<ServiceGiveUp>[] GiveUp =
    [
        Values.Number<ServiceGiveUp>("restarts", static (g, v) => g.Restarts = v),
        Values.Time<ServiceGiveUp>("within", static (g, v) => g.Within = v),
    ];

    internal static readonly FileField<ServiceLogOptions>[] Log =
    [
        Values.Size<ServiceLogOptions>("maxSize", static (l, v) => l.MaxSize = v),
        Values.Number<ServiceLogOptions>("keep", static (l, v) => l.Keep = v),
    ];

    internal static readonly FileField<ServiceNotifyOptions>[] Notify =
    [
        CommandFields.Field<ServiceNotifyOptions>("command", static (n, v) => n.Command = v),
        Values.Text<ServiceNotifyOptions>("mail", static (n, v) => n.Mail = v),
    ];

    internal static readonly FileField<ServiceDefinition>[] All =
    [
        new("kind", ReadKind),
        CommandFields.Field<ServiceDefinition>("start", static (s, v) => s.Start = v),
        new("check", ReadChecks),
        CommandFields.Field<ServiceDefinition>("stop", static (s, v) => s.Stop = v),
        Values.Time<ServiceDefinition>("stopTimeout", static (s, v) => s.StopTimeout = v),
        Values.Time<ServiceDefinition>("interval", static (s, v) => s.Interval = v),
        Values.Object<ServiceDefinition, ServiceBackoff>("backoff", static s => s.Backoff, Backoff),
        Values.Object<ServiceDefinition, ServiceGiveUp>("giveUp", static s => s.GiveUp = new(), GiveUp),
        new("dependsOn", ReadDependencies),
        new("snapshot", ReadSnapshots),
        Values.Object<ServiceDefinition, ServiceLogOptions>("log", static s => s.Log, Log),
        Values.Object<ServiceDefinition, ServiceNotifyOptions>("notify", static s => s.Notify = new(), Notify),
    ];

    internal static ServiceDefinition Read(FileReport report, string name, Entry entry)
    {
        var service = new ServiceDefinition { Name = name };
        report.Remember(service.Backoff, entry);
        report.Remember(service.Log, entry);
        Values.ReadObject(report, entry, service, All, Advice);
        if (service.Kind == ServiceKind.Detached && entry["log"] is { } log)
        {
            report.Hint(log, "a detached service has no log here: it writes where its own configuration says; maxSize limits what is kept of the output of its start command");
        }

        return service;
    }

    private static string? Advice(string name) => name switch
    {
        "user" or "group" or "environment" or "directory" or "env" or "cwd" or "workingDirectory" or "timeout" =>
            $"it belongs to a command: \"start\": {{ \"command\": …, {Entry.Quote(name switch { "env" => "environment", "cwd" or "workingDirectory" => "directory", _ => name })}: … }}",
        "command" or "exec" or "cmd" or "run" => "did you mean \"start\"?",
        "pidFile" or "executable" or "tcp" or "unix" or "http" or "failures" => $"it belongs to a check: \"check\": {{ {Entry.Quote(name)}: … }}",
        "depends" or "requires" or "after" => "did you mean \"dependsOn\"?",
        "name" => "the name of a service is the name of its object: \"services\": { \"redis\": { … } }",
        _ => null,
    };

    private static void ReadKind(FileReport report, Entry entry, ServiceDefinition service)
    {
        switch (entry)
        {
            case { Kind: EntryKind.Text, Value: "detached" }:
                service.Kind = ServiceKind.Detached;
                break;
            case { Kind: EntryKind.Text, Value: "foreground" }:
                service.Kind = ServiceKind.Foreground;
                break;
            default:
                report.Refuse(entry, "is no kind of service", "\"detached\" or \"foreground\"");
                break;
        }
    }

    private static void ReadChecks(FileReport report, Entry entry, ServiceDefinition service)
    {
        foreach (Entry check in entry.Kind == EntryKind.List ? entry.Items : [entry])
        {
            CheckFields.Read(report, check, service.Checks);
        }
    }

    private static void ReadDependencies(FileReport report, Entry entry, ServiceDefinition service)
    {
        foreach (Entry name in entry.Kind == EntryKind.List ? entry.Items : [entry])
        {
            service.DependsOn.Add(Values.Text(report, name, "the name of a service, or a list of names") ?? "");
        }
    }

    private static void ReadSnapshots(FileReport report, Entry entry, ServiceDefinition service)
    {
        foreach (Entry command in entry.Kind == EntryKind.List ? entry.Items : [entry])
        {
            if (entry.Kind == EntryKind.List && command is { Kind: EntryKind.Text, Value: ['-', ..] })
            {
                report.Refuse(command, "is no command", "commands; one with arguments is a list within the list, such as [[\"free\", \"-m\"]], or a line, such as [\"free -m\"]");
                continue;
            }

            service.SnapshotCommands.Add(CommandFields.Read(report, command));
        }
    }
}
