using System.Collections;
using System.Globalization;
using ProcManager.Handover;

namespace ProcManager.Runtime;

/// <summary>
/// The environment of the processes that the manager starts: its own as .NET has it, with the host's changes, without what was meant for one process. Such
/// a variable would make a worker wait for a tool that never answers, or speak in the manager's name.
/// </summary>
internal static class WorkerEnvironment
{
    private const char HookSeparator = ':';
    private const char PortSeparator = ';';
    private const string EnvironmentKey = $"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.Environment)}:";
    private const string TokenKey = $"{ProcessManagerOptions.SectionName}:{StatusOptions.SectionName}:{nameof(StatusOptions.Token)}";

    /// <summary>What is kept of a variable's value; null: the variable is taken out. A name that ends with a star stands for all that begin so.</summary>
    private static readonly (string Name, Func<string, string?> Keep)[] Table =
    [
        // A port is one tool's, which resumes one process; others would wait in their start without end. A port that the program connects to with nosuspend holds up no process and may stay.
        ("DOTNET_DiagnosticPorts", static ports => Without(ports, PortSeparator, IsForOneProcess)),
        ("COMPlus_DiagnosticPorts", static ports => Without(ports, PortSeparator, IsForOneProcess)),
        ("DOTNET_DefaultDiagnosticPortSuspend", None),
        ("COMPlus_DefaultDiagnosticPortSuspend", None),

        // systemd speaks with the main process: ready, watchdog, passed sockets by number, the store of descriptors.
        ("NOTIFY_SOCKET", None),
        ("WATCHDOG_USEC", None),
        ("WATCHDOG_PID", None),
        ("LISTEN_PID", None),
        ("LISTEN_PIDFDID", None),
        ("LISTEN_FDS", None),
        ("LISTEN_FDNAMES", None),
        ("FDSTORE", None),

        // dotnet watch changes the code of one process over one pipe, and restarts the program for what it cannot change. Hooks of other tools stay.
        ("DOTNET_WATCH*", None),
        ("DOTNET_HOTRELOAD_NAMEDPIPE_NAME", None),
        ("DOTNET_MODIFIABLE_ASSEMBLIES", None),
        ("HOTRELOAD_DELTA_CLIENT_LOG_MESSAGES", None),
        ("__ASPNETCORE_BROWSER_TOOLS", None),
        ("ASPNETCORE_AUTO_RELOAD_*", None),
        ("DOTNET_STARTUP_HOOKS", static hooks => Without(hooks, HookSeparator, IsOfWatcher)),
        ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", static names => Without(names, ';', IsOfWatcher)),
    ];

    /// <summary>As <c>NAME=VALUE</c>.</summary>
    internal static List<string> Read() => Of(Environment.GetEnvironmentVariables());

    /// <summary>For the manager itself, in another process or program: as it is, but for sockets of systemd, which have been taken and are handed over by name.</summary>
    internal static List<string> OfManager(LaunchRecord record)
    {
        var variables = new List<string> { $"{LaunchRecord.Variable}={record.Encode()}" };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is not ("LISTEN_PID" or "LISTEN_FDS" or "LISTEN_FDNAMES" or "LISTEN_PIDFDID"))
            {
                variables.Add(string.Create(CultureInfo.InvariantCulture, $"{variable.Key}={variable.Value}"));
            }
        }

        return variables;
    }

    internal static List<string> Of(IDictionary variables)
    {
        var kept = new List<string>();
        foreach (DictionaryEntry variable in variables)
        {
            if (Kept((string)variable.Key, (string?)variable.Value ?? "") is { } value)
            {
                kept.Add(string.Create(CultureInfo.InvariantCulture, $"{variable.Key}={value}"));
            }
        }

        return kept;
    }

    /// <summary>
    /// Tells OpenTelemetry which process of the service this is: without <c>service.instance.id</c> the counters of N workers would be one series, which jumps. Slot and generation, so that a reload begins new series and their number
    /// stays small. What the host's environment says already stays.
    /// </summary>
    internal static void NameInstance(List<string> variables, int slot, int generation)
    {
        const string Attributes = "OTEL_RESOURCE_ATTRIBUTES=";
        const string Instance = "service.instance.id=";
        int at = variables.FindIndex(static v => v.StartsWith(Attributes, StringComparison.Ordinal));
        string before = at < 0 ? "" : variables[at][Attributes.Length..];
        if (before.Contains(Instance, StringComparison.Ordinal))
        {
            return;
        }

        string all = string.Create(CultureInfo.InvariantCulture, $"{Attributes}{before}{(before.Length > 0 ? "," : "")}{Instance}{slot}-{generation}");
        if (at < 0)
        {
            variables.Add(all);
        }
        else
        {
            variables[at] = all;
        }
    }

    /// <summary>The status page is the manager's: no worker, and nothing that a worker starts, needs its token. A variable for workers is there under its own name. Configuration takes it with any prefix and in any case.</summary>
    internal static void TakeOutToken(List<string> variables) => variables.RemoveAll(static v =>
        v.Split('=', 2)[0].Replace("__", ":", StringComparison.Ordinal) is var key
        && (key.EndsWith(TokenKey, StringComparison.OrdinalIgnoreCase) || key.Contains(EnvironmentKey, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Sets variables, the last of one name counts; a null takes one out.</summary>
    internal static void Change(List<string> variables, IEnumerable<KeyValuePair<string, string?>> changes)
    {
        foreach ((string name, string? value) in changes)
        {
            variables.RemoveAll(v => v.StartsWith(name, StringComparison.Ordinal) && v.AsSpan(name.Length) is ['=', ..]);
            if (value is not null)
            {
                variables.Add($"{name}={value}");
            }
        }
    }

    private static string? Kept(string name, string value)
    {
        foreach ((string pattern, Func<string, string?> keep) in Table)
        {
            if (pattern[^1] == '*' ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern)
            {
                return keep(value);
            }
        }

        return value;
    }

    private static string? None(string value) => null;

    private static string? Without(string list, char separator, Predicate<string> isTakenOut)
    {
        string[] kept = [.. list.Split(separator).Where(item => !isTakenOut(item))];
        return kept.Any(static item => item.Length > 0) ? string.Join(separator, kept) : null;
    }

    /// <summary><c>ADDRESS[,connect|listen][,suspend|nosuspend]</c>: a port suspends unless it says otherwise, and only one process can listen at an address.</summary>
    private static bool IsForOneProcess(string port)
    {
        string[] tags = port.Split(',');
        return !tags.Skip(1).Contains("nosuspend", StringComparer.OrdinalIgnoreCase) || tags.Skip(1).Contains("listen", StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsOfWatcher(string item) =>
        item.Contains("DotNetDeltaApplier", StringComparison.OrdinalIgnoreCase) || item.Contains("Microsoft.AspNetCore.Watch.", StringComparison.OrdinalIgnoreCase);
}
