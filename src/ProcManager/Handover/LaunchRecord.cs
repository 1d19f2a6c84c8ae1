using System.Globalization;
using System.Text;

namespace ProcManager.Handover;

/// <summary>
/// What a manager tells a process that it starts, in one environment variable:
/// <c>v2;manager=812;slot=3;generation=2;standby=0;lifeline=4;scoreboard=5;listen=http:6,admin:7</c>.
/// The numbers behind lifeline, scoreboard and listen are descriptors. A slot of -1 is no worker but the manager itself,
/// started by the process that is pid 1.
/// </summary>
internal sealed record LaunchRecord(int Manager, int Slot, int Generation, bool Standby, int Lifeline, int Scoreboard, IReadOnlyList<InheritedListener> Listeners)
{
    internal const string Variable = "PROCMANAGER_WORKER";

    private const string Version = "v2";

    internal bool IsWorker => Slot >= 0;

    internal string Encode()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Version};manager={Manager};slot={Slot};generation={Generation};standby={(Standby ? 1 : 0)};lifeline={Lifeline};scoreboard={Scoreboard};listen=");
        for (int i = 0; i < Listeners.Count; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{Listeners[i].Name}:{Listeners[i].Descriptor}");
        }

        return text.ToString();
    }

    /// <summary>Reads the variable's value. The exception says which part is wrong.</summary>
    internal static LaunchRecord Decode(string value)
    {
        string[] parts = value.Split(';');
        if (parts.Length != 8 || parts[0] != Version)
        {
            throw Damaged(value, $"it must have 8 parts and begin with '{Version}'");
        }

        var record = new LaunchRecord(
            Number(value, parts[1], "manager", 1),
            Number(value, parts[2], "slot", -1),
            Number(value, parts[3], "generation", 0),
            Number(value, parts[4], "standby", 0) != 0,
            Number(value, parts[5], "lifeline", -1),
            Number(value, parts[6], "scoreboard", -1),
            ListenersOf(value, Field(value, parts[7], "listen")));
        return record.IsWorker && (record.Lifeline < 0 || record.Scoreboard < 0)
            ? throw Damaged(value, "a worker needs a lifeline and a scoreboard")
            : record;
    }

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

    private static int Number(string value, string part, string name, int least)
    {
        string text = Field(value, part, name);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw Damaged(value, $"'{part}' is not {name}=NUMBER");
    }

    private static string Field(string value, string part, string name) =>
        part.StartsWith(name + "=", StringComparison.Ordinal) ? part[(name.Length + 1)..] : throw Damaged(value, $"'{part}' should be {name}=…");

    private static ProcManagerException Damaged(string value, string what) =>
        new($"The environment variable {Variable} is '{value}', which no manager of this library wrote: {what}. Remove it from the environment.");
}

/// <summary>A listening socket under the name that the program gave it.</summary>
internal readonly record struct InheritedListener(string Name, int Descriptor);
