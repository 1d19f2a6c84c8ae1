using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ProcManager.Settings;

namespace ProcManager.FastCgi.ComponentTests;

/// <summary>docs/options.md is written from the XML docs and from the tables that read the configuration. PROCMANAGER_ACCEPT_DOCS=1 writes it anew.</summary>
[Trait("Row", "core")]
public partial class OptionsPage
{
    private const string Accept = "PROCMANAGER_ACCEPT_DOCS";

    private const string Head = """
        # Options

        A test writes this page from the XML docs and from the tables by which the library reads a configuration.

        Options stand in the configuration's section `ProcessManager`, those of the FastCGI packages in `FastCgi`: in `appsettings.json`, in environment variables
        (`ProcessManager__ProcessCount=4`), on the command line (`--ProcessManager:ProcessCount=4`), or in code (`new ProcessManagerOptions { ProcessCount = 4 }`).
        [`ProcessManager.CreateConfiguration(args)`](hooks.md) reads all of these sources.

        | a value | is written |
        | --- | --- |
        | a time | with its unit: `200ms`, `30s`, `5m`, `1h30m`, `7d`, or as `hh:mm:ss`. A number alone is refused |
        | a number of bytes | `200MiB`, `1.5GB`, `64K`, or digits. K, M, G and T alone are powers of 1024 |
        | permissions of a file | octal digits, `0660`, or names with commas |
        | no limit | `off`, or an empty value |

        A key that is no option, a value that cannot be read and a value out of its range are mistakes. All mistakes come in one `ProcManagerConfigurationException`. A program that does not
        catch the exception ends with one line and exit code 78.

        The last column says when a change of the configuration takes effect after a [reload](signals.md) (HUP): at once; in new workers, which a reload starts; or when the manager is started
        again. The manager names a change of the last kind in one warning.

        """;

    private static readonly Dictionary<string, string> HeadingBefore = new()
    {
        [nameof(ProcessManagerOptions.ProcessCount)] = "The pool",
        [nameof(ProcessManagerOptions.Sizing)] = "How many workers, and standby workers ([pool.md](pool.md))",
        [nameof(ProcessManagerOptions.MaxRequests)] = "When a worker is replaced ([memory.md](memory.md))",
        [nameof(ProcessManagerOptions.RequestTimeout)] = "Workers that hang ([watchdog.md](watchdog.md))",
        [nameof(ProcessManagerOptions.User)] = "Users, limits and variables ([privileges.md](privileges.md))",
    };

    private static string Page { get; } = Path.Combine(Root(AppContext.BaseDirectory), "docs", "options.md");

    [Fact]
    public void It_says_what_the_code_says()
    {
        string now = Write();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(Page, now);
        }

        File.ReadAllText(Page).Split('\n').Should().Equal(now.Split('\n'), "{0}=1 writes the page anew", Accept);
    }

    [Fact]
    public void Each_option_of_the_section_FastCgi_is_in_the_table_or_read_by_itself() => FastCgiSettings.All.Select(static s => s.Name)
        .Concat([nameof(FastCgiOptions.EndPoint), nameof(FastCgiOptions.InheritedDescriptor), nameof(FastCgiOptions.Listen), nameof(FastCgiOptions.AllowedAddresses)])
        .Should().BeEquivalentTo(typeof(FastCgiOptions).GetProperties().Select(static p => p.Name));

    private static string Write()
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        XElement core = Docs(typeof(ProcessManagerOptions));
        foreach (Setting<ProcessManagerOptions> setting in ProcessManagerSettings.All)
        {
            if (HeadingBefore.TryGetValue(setting.Name, out string? heading))
            {
                text.Append("\n## ").Append(heading).Append("\n\n").Append(Columns);
            }

            string shown = setting.Name == nameof(ProcessManagerOptions.ProcessCount) ? "the number of processors" : $"`{setting.Show(new ProcessManagerOptions())}`";
            Row(text, setting.Name, shown, Describe(core, typeof(ProcessManagerOptions), setting.Name), setting.Effect);
        }

        Row(text, $"{nameof(ProcessManagerOptions.Environment)}:NAME", "", Describe(core, typeof(ProcessManagerOptions), nameof(ProcessManagerOptions.Environment)), Effect.NewWorkers);
        text.Append("\n## The status page ([status.md](status.md))\n\n").Append(Columns);
        foreach (Setting<StatusOptions> setting in StatusSettings.All)
        {
            Row(text, $"{StatusOptions.SectionName}:{setting.Name}", $"`{setting.Show(new StatusOptions())}`", Describe(core, typeof(StatusOptions), setting.Name), setting.Effect);
        }

        XElement fastCgi = Docs(typeof(FastCgiOptions));
        text.Append("\n## The section FastCgi ([fastcgi.md](fastcgi.md))\n\n").Append(Columns);
        Row(text, "Listen", "`fd:0`", $"Where to listen: {ListenAddress.Examples}. Beside the options of `Listen` below it is written `Listen:Address`.", Effect.Restart);
        Row(text, "Port", "", "A port of 127.0.0.1, in place of `Listen`.", Effect.Restart);
        foreach (Setting<FastCgiOptions> setting in FastCgiSettings.All)
        {
            Row(text, setting.Name, $"`{setting.Show(new FastCgiOptions())}`", Describe(fastCgi, typeof(FastCgiOptions), setting.Name), setting.Effect);
        }

        Row(text, nameof(FastCgiOptions.AllowedAddresses), "empty", Describe(fastCgi, typeof(FastCgiOptions), nameof(FastCgiOptions.AllowedAddresses)), Effect.NewWorkers);
        foreach (Setting<ListenOptions> setting in FastCgiSettings.Listen)
        {
            string shown = setting.Name == nameof(ListenOptions.Mode) ? "`0660`" : $"`{setting.Show(new ListenOptions())}`";
            string described = setting.Name == nameof(ListenOptions.Mode)
                ? "Permissions of the socket's file. Connecting takes the permission to write."
                : Describe(core, typeof(ListenOptions), setting.Name);
            Row(text, $"Listen:{setting.Name}", shown, described, setting.Effect);
        }

        return text.ToString();
    }

    private const string Columns = "| option | default | what it is | a change takes effect |\n| --- | --- | --- | --- |\n";

    private static void Row(StringBuilder text, string name, string standard, string described, Effect effect) =>
        text.Append("| `").Append(name).Append("` | ").Append(standard).Append(" | ").Append(described.Replace("|", "\\|", StringComparison.Ordinal)).Append(" | ")
            .Append(effect switch { Effect.AtOnce => "at once", Effect.NewWorkers => "in new workers", _ => "after a restart" }).Append(" |\n");

    private static string Describe(XElement docs, Type type, string option)
    {
        XElement member = docs.Descendants("member").Single(m => m.Attribute("name")!.Value == $"P:{type.FullName}.{option}");
        string text = string.Join(" ", member.Elements().Where(static e => e.Name.LocalName is "summary" or "value").Select(Plain));
        return DefaultFirst().Replace(text, "").Trim();
    }

    private static string Plain(XElement element)
    {
        var text = new StringBuilder();
        foreach (XNode node in element.Nodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "see" } see => $"`{Regex.Replace(see.Attribute("cref")!.Value, @"^.*\.(\w+)(\(.*\))?$", "$1")}`",
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement other => other.Value,
                _ => "",
            });
        }

        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    private static XElement Docs(Type type) => XElement.Load(Path.ChangeExtension(type.Assembly.Location, ".xml"));

    private static string Root(string folder) => File.Exists(Path.Combine(folder, "ProcManager.sln")) ? folder : Root(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder))!);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    // The column beside it says the same.
    [GeneratedRegex(@"The default is (?!null)[^.:;]*\.(?!\d) ?")]
    private static partial Regex DefaultFirst();
}
