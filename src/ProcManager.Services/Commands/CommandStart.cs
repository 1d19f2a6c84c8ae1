using System.Globalization;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Services.Commands;

/// <summary>Starts a command of the user's: finds the program, its user and its environment. Any thread; asks the user database, which may take long.</summary>
internal static class CommandStart
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The process leads a session and a process group of its own. The caller reaps it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="facts">Variables of the keeper's; the command's own <see cref="ServiceCommand.Environment"/> comes after them.</param>
    /// <param name="input">What becomes standard input; null: /dev/null.</param>
    /// <param name="output">What becomes standard output and error.</param>
    /// <exception cref="ProcManagerException">There is no such program, user or directory, or the system refuses the start.</exception>
    internal static int Spawn(ServiceCommand command, IEnumerable<KeyValuePair<string, string>> facts, int? input, int output)
    {
        if (command.Command.Count == 0 || command.Command[0].Length == 0)
        {
            throw new ProcManagerException("The command has no word. Give at least the program.");
        }

        (Credentials? credentials, IEnumerable<KeyValuePair<string, string>> account) = IdentityOf(command);
        Dictionary<string, string> environment = EnvironmentOf([.. account, .. facts, .. command.Environment]);
        string program = Find(command.Command[0], environment);
        string directory = command.Directory ?? "/";
        string[] arguments = [.. command.Command];
        if (!Spawner.CanSetDirectory)
        {
            arguments = ["sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", directory, program, .. command.Command.Skip(1)];
            program = "/bin/sh";
        }

        try
        {
            return Spawner.Spawn(new SpawnRequest(program, arguments, [.. environment.Select(static v => $"{v.Key}={v.Value}")], [])
            {
                Input = input,
                Outputs = (output, output),
                OwnSession = true,
                As = credentials,
                Directory = Spawner.CanSetDirectory ? directory : null,
            });
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES && !Directory.Exists(directory))
        {
            throw new ProcManagerException($"The directory {directory}, which {command.Command[0]} is to begin in, is not there or may not be entered.", e);
        }
        catch (PosixException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw new ProcManagerException(File.Exists(program) ? $"{program} cannot be run: the interpreter that its first line names, or its loader, is not there." : $"There is no program {program}. Install it, or give another path.", e);
        }
        catch (PosixException e) when (e.Errno == Errno.EACCES)
        {
            throw new ProcManagerException($"{program} may not be run by this user. Look at its mode and at those of its folders (chmod a+rx), and whether its file system is mounted noexec.", e);
        }
        catch (PosixException e) when (e.Errno == Errno.ENOEXEC)
        {
            throw new ProcManagerException($"{program} cannot be run: it is neither a program of this machine nor a script that begins with #!.", e);
        }
    }

    /// <summary>The program's path: what has a slash is one already.</summary>
    private static string Find(string program, Dictionary<string, string> environment)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return program;
        }

        string path = environment.GetValueOrDefault("PATH", DefaultPath);
        return FindIn(path.Split(':', StringSplitOptions.RemoveEmptyEntries), program)
            ?? throw new ProcManagerException($"There is no program {program} in the folders of PATH ({path}). Install it, or give its path.");
    }

    /// <summary>Null: none of the folders has such a program that this process may run.</summary>
    internal static string? FindIn(IEnumerable<string> folders, string program) =>
        folders.Select(f => Path.Combine(f, program)).FirstOrDefault(static p => File.Exists(p) && Programs.MayRun(p));

    private static Dictionary<string, string> EnvironmentOf(IEnumerable<KeyValuePair<string, string>> added)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string variable in WorkerEnvironment.Read()) // without what is meant for this process alone, such as systemd's socket
        {
            int end = variable.IndexOf('=', StringComparison.Ordinal);
            all[variable[..end]] = variable[(end + 1)..];
        }

        foreach ((string name, string value) in added)
        {
            all[name] = value;
        }

        return all;
    }

    private static (Credentials?, IEnumerable<KeyValuePair<string, string>>) IdentityOf(ServiceCommand command)
    {
        if (command.User is null && command.Group is null)
        {
            return (null, []);
        }

        bool isNumber = uint.TryParse(command.User, NumberStyles.None, CultureInfo.InvariantCulture, out uint user);
        UserEntry? entry = command.User is null ? AccountDatabase.User(Accounts.EffectiveUser) : isNumber ? AccountDatabase.User(user) : AccountDatabase.User(command.User);
        user = command.User is null ? Accounts.EffectiveUser : isNumber ? user : entry?.Id ?? throw new ProcManagerException($"There is no user named '{command.User}' on this machine. Give an existing name or a number.");
        uint group = command.Group is { } name ? GroupOf(name)
            : entry?.Group ?? throw new ProcManagerException($"The user {command.User} has no entry in the user database, and so no first group. Give a group as well.");
        if (user == Accounts.EffectiveUser && group == Credentials.EffectiveGroup)
        {
            return (null, []);
        }

        if (Accounts.EffectiveUser != 0)
        {
            throw new ProcManagerException($"{command.Command[0]} cannot run as another user or group: that takes a keeper that runs as root.");
        }

        IReadOnlyList<uint> groups = entry is null ? [] : AccountDatabase.GroupsOf(entry.Name, group);
        IEnumerable<KeyValuePair<string, string>> variables = entry is null ? [] : [new("HOME", entry.Home), new("USER", entry.Name), new("LOGNAME", entry.Name)];
        return (new Credentials(user, group, groups), variables);
    }

    private static uint GroupOf(string name) => uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id
        : AccountDatabase.GroupId(name) ?? throw new ProcManagerException($"There is no group named '{name}' on this machine. Give an existing name or a number.");
}
