using System.Globalization;
using ProcManager.Services.Definitions.Rules;

namespace ProcManager.Services.Definitions;

/// <summary>A check in a definitions file. Which kind it is, one of its fields says.</summary>
internal static class CheckFields
{
    private static readonly string[] Kinds = ["pidFile", "executable", "tcp", "unix", "http", "command"];

    internal static readonly FileField<Draft>[] All =
    [
        Values.Text<Draft>("pidFile", static (d, v) => d.PidFile = v),
        Values.Text<Draft>("executable", static (d, v) => d.Executable = v),
        new("tcp", static (r, e, d) => d.Tcp = ReadTcp(r, e)),
        Values.Text<Draft>("unix", static (d, v) => d.Unix = new UnixSocketCheck { Path = v }),
        new("http", static (r, e, d) => d.Url = ReadUrl(r, e)),
        new("status", static (r, e, d) => d.Status = ReadStatus(r, e)),
        CommandFields.Field<Draft>("command", static (d, v) => d.Command = v),
        Values.Time<Draft>("timeout", static (d, v) => d.Timeout = v),
        Values.Number<Draft>("failures", static (d, v) => d.Failures = v),
    ];

    /// <summary>Adds the check; or reports why it is none.</summary>
    internal static void Read(FileReport report, Entry entry, IList<ServiceCheck> checks)
    {
        var draft = new Draft();
        Values.ReadObject(report, entry, draft, All, Advice);
        if (entry.Kind != EntryKind.Object)
        {
            return;
        }

        string[] kinds = [.. Kinds.Where(kind => entry[kind] is not null)];
        if (kinds is not ([_] or ["pidFile", "executable"]))
        {
            if (kinds.Length == 0 && entry.Members.Any(static m => All.All(f => f.Name != m.Name)))
            {
                return; // an unknown field is told already, and was meant to say it
            }

            string allowed = $"one of {string.Join(", ", Kinds)}; \"executable\" also beside \"pidFile\"";
            report.Mistake(entry.Place, entry.Path, kinds.Length == 0 ? $"says nothing to check; allowed: {allowed}" : $"has {string.Join(" and ", kinds)}; allowed: {allowed}. All checks of a list must pass: [{{ … }}, {{ … }}]");
            return;
        }

        if (entry["status"] is { } status && kinds[0] != "http")
        {
            report.Mistake(status.Place, status.Path, "has no effect without \"http\"");
        }

        if (draft.Build(kinds[0]) is { } check)
        {
            check.Timeout = draft.Timeout ?? check.Timeout;
            check.Failures = draft.Failures;
            report.Remember(check, entry);
            checks.Add(check);
        }
    }

    private static string? Advice(string name) => name switch
    {
        "port" or "host" => "did you mean \"tcp\": \"HOST:PORT\"?",
        "url" or "https" => "did you mean \"http\": \"http://HOST/PATH\"? It takes https addresses, too",
        "socket" => "did you mean \"unix\": \"/run/….sock\"?",
        "pidfile" or "pid" => "did you mean \"pidFile\"?",
        "process" or "name" => "a name alone does not tell a process; did you mean \"executable\": \"/usr/sbin/…\"?",
        "retries" or "attempts" => "did you mean \"failures\"?",
        _ => null,
    };

    private static TcpCheck? ReadTcp(FileReport report, Entry entry)
    {
        string text = entry.Kind == EntryKind.Number ? $"127.0.0.1:{entry.Value}" : entry.Value;
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        bool isBracketed = host is ['[', .., ']'];
        if (entry.Kind is EntryKind.Text or EntryKind.Number && host.Length > 0 && host.Contains(':', StringComparison.Ordinal) == isBracketed
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            return new TcpCheck { Host = isBracketed ? host[1..^1] : host, Port = port };
        }

        report.Refuse(entry, "is no HOST:PORT", CheckRules.TcpAllowed);
        return null;
    }

    private static Uri? ReadUrl(FileReport report, Entry entry)
    {
        if (entry.Kind == EntryKind.Text && Uri.TryCreate(entry.Value, UriKind.Absolute, out Uri? url) && CheckRules.IsHttp(url))
        {
            return url;
        }

        report.Refuse(entry, "is no address of HTTP", CheckRules.HttpAllowed);
        return null;
    }

    private static (int Min, int Max)? ReadStatus(FileReport report, Entry entry)
    {
        string[] parts = entry.Kind is EntryKind.Text or EntryKind.Number ? entry.Value.Split('-') : [];
        if (parts.Length is 1 or 2 && TryNumber(parts[0], out int min) && TryNumber(parts[^1], out int max))
        {
            return (min, max);
        }

        report.Refuse(entry, "is no status", CheckRules.StatusAllowed);
        return null;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>The fields of a check before its kind is known.</summary>
    internal sealed class Draft
    {
        internal string? PidFile { get; set; }

        internal string? Executable { get; set; }

        internal TcpCheck? Tcp { get; set; }

        internal UnixSocketCheck? Unix { get; set; }

        internal Uri? Url { get; set; }

        internal (int Min, int Max)? Status { get; set; }

        internal ServiceCommand? Command { get; set; }

        internal TimeSpan? Timeout { get; set; }

        internal int? Failures { get; set; }

        /// <summary>Null: the field that says its kind could not be read.</summary>
        internal ServiceCheck? Build(string kind) => kind switch
        {
            "pidFile" => PidFile is null ? null : new PidFileCheck { Path = PidFile, Executable = Executable },
            "executable" => Executable is null ? null : new ExecutableCheck { Path = Executable },
            "tcp" => Tcp,
            "unix" => Unix,
            "http" => Url is null ? null : Http(Url),
            _ => Command is null ? null : new CommandCheck { Command = Command },
        };

        private HttpCheck Http(Uri url)
        {
            var check = new HttpCheck { Url = url };
            (check.MinStatus, check.MaxStatus) = Status ?? (check.MinStatus, check.MaxStatus);
            return check;
        }
    }
}
