using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ProcManager.PackageTests;

/// <summary>What is in the packages, and what their pages say.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class Contents(EmptyMachine machine)
{
    private static readonly string[] Libraries = ["ProcManager", "ProcManager.Diagnostics", "ProcManager.FastCgi", "ProcManager.FastCgi.AspNetCore", "ProcManager.Services"];

    private static readonly string[] Packages = [.. Libraries, "ProcManager.Templates", "ProcManager.Tool"];

    private static readonly string ProjectUrl = XDocument.Load(Path.Combine(Places.RepositoryRoot, "Packaging.props")).Descendants("ProjectUrl").Single().Value;

    public static TheoryData<string> All => [.. Packages];

    [Fact]
    public void One_command_packs_the_libraries_the_templates_and_the_tool_and_nothing_else()
    {
        machine.Version.Should().MatchRegex(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$");
        Directory.GetFiles(machine.Packages).Select(static f => Path.GetFileName(f)).Should().BeEquivalentTo(
            Packages.Select(p => $"{p}.{machine.Version}.nupkg").Concat(Libraries.Select(l => $"{l}.{machine.Version}.snupkg")));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_has_all_that_a_registry_shows(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(Path.Combine(machine.Packages, $"{package}.{machine.Version}.nupkg"));
        using Stream stream = archive.GetEntry($"{package}.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().Single();
        Dictionary<string, string> values = metadata.Elements().GroupBy(static e => e.Name.LocalName).ToDictionary(static g => g.Key, static g => g.First().Value);
        values.Should().Contain("projectUrl", ProjectUrl).And.Contain("readme", "README.md").And.Contain("icon", "icon.png").And.Contain("license", "MIT");
        values["tags"].Split(' ').Should().HaveCountGreaterThan(6).And.OnlyHaveUniqueItems();
        values["releaseNotes"].Should().StartWith(ProjectUrl);
        metadata.Elements().Single(static e => e.Name.LocalName == "repository").Attribute("url")!.Value.Should().Be(ProjectUrl);
        metadata.Descendants().Where(static e => e.Name.LocalName == "dependency" && e.Attribute("id")!.Value.StartsWith("ProcManager", StringComparison.Ordinal))
            .Select(static e => e.Attribute("version")!.Value).Should().BeSubsetOf([machine.Version]);
        archive.Entries.Select(static e => e.FullName).Should().Contain(["icon.png", "README.md"])
            .And.Contain(package switch
            {
                "ProcManager.Templates" => ["content/procmanager-web/.template.config/template.json"],
                "ProcManager.Tool" => ["tools/net10.0/any/procman.dll", "tools/net10.0/any/DotnetToolSettings.xml"],
                _ => [$"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml"],
            });

        using var page = new StreamReader(archive.GetEntry("README.md")!.Open());
        page.ReadToEnd().ReplaceLineEndings("\n").Should().Be(Documents.Text(Page(package)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Its_page_shows_a_program_and_has_links_that_lead_somewhere(string package)
    {
        string page = Page(package);
        if (Libraries.Contains(package))
        {
            Documents.FirstProgram(page).Text.Should().Contain(package == "ProcManager.Services" ? "AddServiceKeeper" : "Manage()");
        }

        foreach (string link in Regex.Matches(Documents.Text(page), @"\]\(([^)]*)\)").Select(static m => m.Groups[1].Value))
        {
            link.Should().StartWith($"{ProjectUrl}/blob/main/", "a page in a registry has no folder");
            string[] parts = link[$"{ProjectUrl}/blob/main/".Length..].Split('#');
            File.Exists(Path.Combine(Places.RepositoryRoot, parts[0])).Should().BeTrue("{0} is linked", link);
            if (parts is [_, var heading])
            {
                Headings(parts[0]).Should().Contain(heading, "{0} is linked", link);
            }
        }
    }

    private static string Page(string package) => package == "ProcManager.Templates" ? "templates/README.md" : $"src/{package}/README.md";

    /// <summary>As the web shows them: in small letters, without punctuation, with a hyphen for each space.</summary>
    private static IEnumerable<string> Headings(string page) => Regex.Matches(Documents.Text(page), "^#+ (.*)$", RegexOptions.Multiline)
        .Select(static m => Regex.Replace(m.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-'));
}
