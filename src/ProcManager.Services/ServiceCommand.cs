namespace ProcManager.Services;

/// <summary>A command of the user's, run without a shell unless <see cref="Shell"/> has made it.</summary>
public sealed class ServiceCommand
{
    /// <summary>A command without a word, to be filled.</summary>
    public ServiceCommand()
    {
    }

    /// <summary>A program with its arguments.</summary>
    /// <param name="command">The program, by a path or a name that is found in <c>PATH</c>, and its arguments.</param>
    public ServiceCommand(params string[] command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Array.ForEach(command, Command.Add);
    }

    /// <summary>The program, by a path or a name that is found in <c>PATH</c>, and its arguments. At least the program is required.</summary>
    public IList<string> Command { get; } = [];

    /// <summary>Variables that are set for the command beside those of the keeper; an empty value stays an empty value.</summary>
    public IDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The directory that the command begins in; null: <c>/</c>.</summary>
    public string? Directory { get; set; }

    /// <summary>The user that the command runs as, by name or number; null: the keeper's own. Another user takes a keeper that runs as root.</summary>
    public string? User { get; set; }

    /// <summary>The group that the command runs as, by name or number; null: the first group of <see cref="User"/>.</summary>
    public string? Group { get; set; }

    /// <summary>How long the command may take; null: the default of its place (see there). Allowed: 100 milliseconds to 1 day.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>A line for <c>/bin/sh -c</c>.</summary>
    /// <param name="line">The line, as one would type it.</param>
    public static ServiceCommand Shell(string line) => new("/bin/sh", "-c", line);
}
