using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>The user of the options <see cref="ProcessManagerOptions.User"/> and <see cref="ProcessManagerOptions.Group"/>, which this process is not.</summary>
/// <param name="Credentials">Its numbers.</param>
/// <param name="Name">Its name, or its number when it has none.</param>
/// <param name="Variables">What the user's environment has; null: the variable is taken out.</param>
internal sealed record WorkerIdentity(Credentials Credentials, string Name, IReadOnlyList<KeyValuePair<string, string?>> Variables)
{
    private const uint Root = 0;

    /// <summary>Null: no user is given, or this process acts as that user already. Asks the user database.</summary>
    /// <exception cref="ProcManagerConfigurationException">There is no such user or group, or this process may not act as another user.</exception>
    internal static WorkerIdentity? Of(ProcessManagerOptions options)
    {
        if (options.User is not { } name)
        {
            return null;
        }

        Platform.ThrowIfNotLinux($"{ProcessManagerOptions.SectionName}:{nameof(options.User)}", "Leave the option out here.");
        (UserEntry? entry, uint user) = Find(name);
        uint? given = options.Group is { } groupName ? Group(groupName) : null;
        bool isSameUser = user == Accounts.EffectiveUser;
        if (isSameUser && (given is null || given == Credentials.EffectiveGroup))
        {
            return options.ManagerKeepsPrivileges || user != Root ? null : throw RootForGood(name);
        }

        if (Accounts.EffectiveUser != Root || Constants.SYS_setresuid == 0)
        {
            throw MayNot(options, isSameUser);
        }

        if (user == Root && !options.ManagerKeepsPrivileges)
        {
            throw RootForGood(name);
        }

        uint group = given ?? entry?.Group
            ?? throw Refused(nameof(options.Group), "not given", $"a group, by name or number: the user {name} has no entry in the user database, and so no primary group");
        IReadOnlyList<uint> groups = entry is null ? [] : AccountDatabase.GroupsOf(entry.Name, group);
        return new(new Credentials(user, group, groups), entry?.Name ?? name, VariablesOf(entry));
    }

    /// <summary>Tries it, so that a user who cannot start the program is a mistake in the options and not the failure of each start.</summary>
    /// <exception cref="ProcManagerConfigurationException">The system refuses the change of the user, or that user may not run the program.</exception>
    internal void ThrowIfItCannotRun(string program)
    {
        string? refused = null;
        try
        {
            using (new BorrowedCredentials(Credentials))
            {
                refused = !Programs.MayRun(program) ? program : !Programs.MayRead(AppContext.BaseDirectory) ? AppContext.BaseDirectory : null;
            }
        }
        catch (PosixException e)
        {
            throw Refused(nameof(ProcessManagerOptions.User), Name, $"a user as which this process may act ({e.Message.TrimEnd('.')}); root in a container may have too few rights or too few users");
        }

        if (refused is not null)
        {
            throw Refused(nameof(ProcessManagerOptions.User), Name, $"a user who may run this program; {Name} may not use {refused}. Change the permissions of the file and of the folders above it, or put the program elsewhere");
        }
    }

    /// <summary>This process acts as that user from now on and cannot come back.</summary>
    internal void TakeForGood()
    {
        DiagnosticsLitter.Give(Environment.ProcessId, Credentials);
        Credentials.TakeForGood();
        foreach ((string variable, string? value) in Variables)
        {
            Environment.SetEnvironmentVariable(variable, value);
        }
    }

    /// <summary>As in a log line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name} (uid {Credentials.User}, gid {Credentials.Group}, {(Credentials.Groups.Count == 0 ? "no supplementary groups" : $"groups {string.Join(", ", Credentials.Groups)}")})");

    private static (UserEntry? Entry, uint Id) Find(string name)
    {
        bool isNumber = uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id);
        UserEntry? entry = isNumber ? AccountDatabase.User(id) : AccountDatabase.User(name);
        return isNumber ? (entry, id) : entry is not null ? (entry, entry.Id)
            : throw Refused(nameof(ProcessManagerOptions.User), name, "a user of this machine, by name or number; there is no user of that name");
    }

    private static uint Group(string name) => uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id
        : AccountDatabase.GroupId(name) ?? throw Refused(nameof(ProcessManagerOptions.Group), name, "a group of this machine, by name or number; there is no group of that name");

    private static IReadOnlyList<KeyValuePair<string, string?>> VariablesOf(UserEntry? entry) =>
    [
        new("HOME", entry?.Home is { Length: > 0 } home ? home : null), new("USER", entry?.Name), new("LOGNAME", entry?.Name),
    ];

    private static ProcManagerConfigurationException MayNot(ProcessManagerOptions options, bool isSameUser)
    {
        string now = AccountNames.OfUser(Accounts.EffectiveUser);
        return isSameUser
            ? Refused(nameof(options.Group), options.Group!, $"null, or {AccountNames.OfGroup(Credentials.EffectiveGroup)}, the group that this process has; another group takes a start by root")
            : Refused(nameof(options.User), options.User!, Constants.SYS_setresuid == 0
                ? "null on this processor; another user is supported on x64 and arm64"
                : $"null, or {now}, the user that this process has; another user takes a start by root");
    }

    private static ProcManagerConfigurationException RootForGood(string name) =>
        Refused(nameof(ProcessManagerOptions.ManagerKeepsPrivileges), "false", $"true while {nameof(ProcessManagerOptions.User)} is {name}: root cannot give up its privileges and stay root");

    private static ProcManagerConfigurationException Refused(string option, string value, string allowed) =>
        new([$"{ProcessManagerOptions.SectionName}:{option} is {value}; allowed: {allowed}."]);
}
