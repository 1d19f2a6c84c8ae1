using System.Globalization;
using System.Text;

namespace ProcManager.Handover;

/// <summary>
/// What a manager tells a process that it starts, in one environment variable:
/// <c>v3;library=0.1.0;layout=3;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:7</c>.
/// The numbers behind lifeline, scoreboard and listen are descriptors. A slot of -1 is no worker but the manager itself,
/// started by the process that is pid 1. The parts are read by key, in any order, and unknown ones are passed over: the manager and the program that
/// a deploy put in place may have different versions of this library. The version at the front goes up only when one version cannot understand the other.
/// </summary>
internal sealed record LaunchRecord(int Manager, int Slot, int Generation, bool Standby, int Lifeline, int Scoreboard, IReadOnlyList<InheritedListener> Listeners)
{
    /// <summary>Of all variables by which processes of this library talk.</summary>
    internal const string Prefix = "PROCMANAGER_";

    internal const string Variable = Prefix + "WORKER";

    /// <summary>Set by the manager for its workers, not for what these start.</summary>
    internal const string HeapLimitVariable = "DOTNET_GCHeapHardLimit";

    private const int Version = 3;
    private const string SettingsPart = ";settings=";

    /// <summary>The version of this library, as three numbers.</summary>
    internal static string OwnLibrary { get; } = typeof(LaunchRecord).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>The version of the manager's library.</summary>
    internal string Library { get; init; } = "";

    /// <summary>The version of the scoreboard's layout; 0 for a process without one.</summary>
    internal int Layout { get; init; }

    /// <summary>What <see cref="HeapLimitVariable"/> was before the manager set it, empty: not set; null: the manager has not set it.</summary>
    internal string? HeapLimitBefore { get; init; }

    /// <summary>One request a process: the descriptors of the listeners are channels, over which the manager hands the worker its connections.</summary>
    internal bool IsPerRequest { get; init; }

    /// <summary>How long the manager waits for the worker to be ready, in milliseconds; 0: without end.</summary>
    internal int StartTimeout { get; init; }

    /// <summary>The manager's settings, see <c>AcceptedSettings</c>; null: it has read none.</summary>
    internal string? Settings { get; init; }

    /// <summary>Names of the listeners that pid 1 was itself started with: another program has bound them, and they are not shut at a stop.</summary>
    internal IReadOnlyList<string> PassedOn { get; init; } = [];

    /// <summary>The manager reads the worker's standard output and error line by line, and adds time, title and process to each.</summary>
    internal bool IsCaptured { get; init; }

    /// <summary>The files of the listeners that are unix sockets and were bound by this program; for the manager itself.</summary>
    internal IReadOnlyList<SocketFile> Files { get; init; } = [];

    /// <summary>The manager was detached from the process that was started: a pipe by which that process learns how the start went; -1: there is none.</summary>
    internal int Starter { get; init; } = -1;

    /// <summary>The program is only tried, for a restart in place: a pipe for its answer; -1: it is not.</summary>
    internal int Trial { get; init; } = -1;

    /// <summary>This program takes over the process of a manager (restart in place): the file of a <see cref="ManagerState"/>; -1: it does not.</summary>
    internal int State { get; init; } = -1;

    /// <summary>The open and locked pid file of the manager before; -1: there is none.</summary>
    internal int PidFile { get; init; } = -1;

    internal bool IsWorker => Slot >= 0;

    internal string Encode()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"v{Version};library={Library};layout={Layout};manager={Manager};slot={Slot};generation={Generation};standby={(Standby ? 1 : 0)};lifeline={Lifeline};scoreboard={Scoreboard};listen=");
        for (int i = 0; i < Listeners.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{Listeners[i].Name}:{Listeners[i].Descriptor}");
        }

        if (HeapLimitBefore is not null && !HeapLimitBefore.Contains(';', StringComparison.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $";heap-limit-before={HeapLimitBefore}");
        }

        if (PassedOn.Count > 0)
        {
            text.Append(";passed-on=").AppendJoin(',', PassedOn);
        }

        if (Files.Count > 0)
        {
            text.Append(";files=").Append(SocketFile.Encode(Files));
        }

        if (Starter >= 0)
        {
            text.Append(CultureInfo.InvariantCulture, $";starter={Starter}");
        }

        foreach ((string name, int fd) in ((string, int)[])[("trial", Trial), ("state", State), ("pid-file", PidFile)])
        {
            text.Append(fd < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $";{name}={fd}"));
        }

        if (IsCaptured)
        {
            text.Append(";captured=1");
        }

        if (IsPerRequest)
        {
            text.Append(";per-request=1");
        }

        if (StartTimeout > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $";start-timeout={StartTimeout}");
        }

        if (Settings is not null)
        {
            text.Append(SettingsPart).Append(Settings); // last, see Shown
        }

        return text.ToString();
    }

    /// <summary>Reads the variable's value. The exception says which part is wrong, or which versions do not go together.</summary>
    internal static LaunchRecord Decode(string value)
    {
        string[] parts = value.Split(';');
        var fields = new Dictionary<string, string>();
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            fields[equals < 0 ? part : part[..equals]] = equals < 0 ? "" : part[(equals + 1)..];
        }

        if (parts[0].Length < 2 || parts[0][0] != 'v' || !int.TryParse(parts[0].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            throw Damaged(value, $"it must begin with 'v{Version};'");
        }

        string library = fields.GetValueOrDefault("library", "");
        if (version != Version)
        {
            throw Incompatible(library, $"launch record {version}", $"launch record {Version}");
        }

        var record = new LaunchRecord(
            Number(value, fields, "manager", 1),
            Number(value, fields, "slot", -1),
            Number(value, fields, "generation", 0),
            Number(value, fields, "standby", 0, missing: 0) != 0,
            Number(value, fields, "lifeline", -1),
            Number(value, fields, "scoreboard", -1),
            ListenersOf(value, fields.GetValueOrDefault("listen", "")))
        {
            Library = library,
            Layout = Number(value, fields, "layout", 0, missing: 0),
            HeapLimitBefore = fields.GetValueOrDefault("heap-limit-before"),
            PassedOn = fields.GetValueOrDefault("passed-on", "").Split(',', StringSplitOptions.RemoveEmptyEntries),
            Settings = fields.GetValueOrDefault("settings"),
            StartTimeout = Number(value, fields, "start-timeout", 0, missing: 0),
            Files = SocketFile.Decode(fields.GetValueOrDefault("files", "")),
            Starter = Number(value, fields, "starter", -1, missing: -1),
            Trial = Number(value, fields, "trial", -1, missing: -1),
            State = Number(value, fields, "state", -1, missing: -1),
            PidFile = Number(value, fields, "pid-file", -1, missing: -1),
            IsPerRequest = Number(value, fields, "per-request", 0, missing: 0) != 0,
            IsCaptured = Number(value, fields, "captured", 0, missing: 0) != 0,
        };
        return record.IsWorker && (record.Lifeline < 0 || record.Scoreboard < 0)
            ? throw Damaged(value, "a worker needs a lifeline and a scoreboard")
            : record;
    }

    /// <summary>One line that names both versions and the way out.</summary>
    internal static ProcManagerException Incompatible(string library, string theirs, string ours) =>
        new($"This program has ProcManager {OwnLibrary} ({ours}); the manager that started it runs ProcManager {(library.Length > 0 ? library : "of another version")} ({theirs}), and the two cannot work together. Restart the service instead of reloading it.");

    private static List<InheritedListener> ListenersOf(string value, string list)
    {
        var listeners = new List<InheritedListener>();
        foreach (string item in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = item.LastIndexOf(':');
            if (colon <= 0 || !int.TryParse(item.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int fd))
            {
                throw Damaged(value, $"'{item}' is not NAME:DESCRIPTOR");
            }

            listeners.Add(new(item[..colon], fd));
        }

        return listeners;
    }

    private static int Number(string value, Dictionary<string, string> fields, string name, int least, int? missing = null)
    {
        if (!fields.TryGetValue(name, out string? text))
        {
            return missing ?? throw Damaged(value, $"{name}=NUMBER is missing");
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw Damaged(value, $"'{name}={text}' is not {name}=NUMBER");
    }

    /// <summary>The variable's value for a message, without the settings, which may be long and of no use there.</summary>
    internal static string Shown(string value)
    {
        int settings = value.IndexOf(SettingsPart, StringComparison.Ordinal);
        return settings < 0 ? value : value[..settings] + SettingsPart + "…";
    }

    private static ProcManagerException Damaged(string value, string what) =>
        new($"The environment variable {Variable} is '{Shown(value)}', which no manager of this library wrote: {what}. Remove it from the environment.");
}

/// <summary>A listening socket under the name that the program gave it.</summary>
internal readonly record struct InheritedListener(string Name, int Descriptor);
