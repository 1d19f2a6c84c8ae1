using ProcManager.Posix;

namespace ProcManager.Services.Definitions.Rules;

/// <summary>What is allowed, and may not be what was meant.</summary>
internal static class HintRules
{
    internal static void Check(Findings findings, Subject subject, ServiceDefinition service, Field checks)
    {
        for (int at = 0; at < service.Checks.Count; at++)
        {
            ServiceCheck check = service.Checks[at];
            Subject ofCheck = subject.Of(check, $"{checks.Member}[{at}]");
            switch (check)
            {
                case PidFileCheck { Executable: null } pidFile:
                    findings.Hint(ofCheck, new Field("pidFile", nameof(pidFile.Path)), pidFile.Path, "the number in it may belong to another program after a crash; add \"executable\", so that the check sees that");
                    break;
                case PidFileCheck { Executable: { } program }:
                    CheckProgram(findings, ofCheck, "executable", program);
                    break;
                case ExecutableCheck executable:
                    CheckProgram(findings, ofCheck, new Field("executable", nameof(executable.Path)), executable.Path);
                    break;
                case CommandCheck { Command: var command }:
                    CheckCommand(findings, ofCheck.Of(command, "Command"), command);
                    break;
            }
        }

        if (service is { Kind: ServiceKind.Detached, Stop: null, Checks.Count: > 0 } && !service.Checks.Any(static c => c is PidFileCheck or ExecutableCheck))
        {
            findings.Hint(subject, checks, null, "no check names a process, so one that hangs cannot be stopped before the restart; add a check with \"pidFile\" or \"executable\", or a \"stop\" command");
        }

        CheckCommand(findings, subject.Of(service.Start ?? new(), "Start"), service.Start);
        CheckCommand(findings, subject.Of(service.Stop ?? new(), "Stop"), service.Stop);
    }

    /// <summary>Such a check cannot tell the services apart.</summary>
    internal static void CheckShared(Findings findings, IList<ServiceDefinition> services, Field checks)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int at = 0; at < services.Count; at++)
        {
            ServiceDefinition service = services[at];
            for (int i = 0; i < service.Checks.Count; i++)
            {
                if (service.Checks[i] is ExecutableCheck { Path: ['/', ..] path } check && !first.TryAdd(path, service.Name) && first[path] != service.Name)
                {
                    findings.Hint(KeeperRules.SubjectOf(services, at).Of(check, $"{checks.Member}[{i}]"), new Field("executable", nameof(check.Path)), path, $"the service {Entry.Quote(first[path])} names it as well, and the check cannot tell their processes apart; use \"pidFile\"");
                }
            }
        }
    }

    private static void CheckProgram(Findings findings, Subject subject, Field field, string program)
    {
        if (program is not ['/', ..] || !findings.LooksAtFiles)
        {
            return; // the first is a mistake already
        }

        if (!File.Exists(program))
        {
            findings.Hint(subject, field, program, "there is no such file now, so the check fails");
        }
        else if (IsScript(program))
        {
            findings.Hint(subject, field, program, "it is a script, so its process runs the interpreter, and the check does not find it; use another check");
        }
    }

    private static void CheckCommand(Findings findings, Subject subject, ServiceCommand? command)
    {
        if (!findings.LooksAtFiles || command is not { Command: [{ Length: > 0 } program, ..] })
        {
            return;
        }

        if (program[0] == '/' ? !IsExecutable(program) : !program.Contains('/', StringComparison.Ordinal) && !IsInPath(program, command))
        {
            findings.Hint(subject, "command", program, program[0] == '/' ? "there is no such program now" : "there is no such program in PATH now");
        }

        if (command.Directory is ['/', ..] directory && !Directory.Exists(directory))
        {
            findings.Hint(subject, "directory", directory, "there is no such directory now");
        }

        if (command.User is { } user && Accounts.EffectiveUser != 0 && user != Environment.UserName && user != Accounts.EffectiveUser.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            findings.Hint(subject, "user", user, "only a keeper that runs as root can start a command as another user");
        }
    }

    private static bool IsInPath(string program, ServiceCommand command)
    {
        string path = command.Environment.TryGetValue("PATH", out string? own) ? own : Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':').Any(folder => folder is ['/', ..] && IsExecutable($"{folder}/{program}"));
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static bool IsScript(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return file.ReadByte() == '#' && file.ReadByte() == '!';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // not to be read by this user, so nothing can be said
        }
    }
}
