using System.Text.RegularExpressions;
using ProcManager.Services.Definitions;

namespace ProcManager.Services.Tests.Definitions;

/// <summary>What docs/services.md and docs/coming-from-supervisors.md show is read by the real reader.</summary>
[Trait("Row", "E1")]
public sealed class DocumentedExamples
{
    private const string Services = "docs/services.md";

    public static TheoryData<string, int> All
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string page in new[] { Services, "docs/coming-from-supervisors.md" })
            {
                for (int at = 0; at < Examples(page).Length; at++)
                {
                    data.Add(page, at);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_example_has_no_mistake(string page, int example)
    {
        string json = Examples(page)[example];
        Schema.Accepts(json).Should().BeTrue();
        try
        {
            ServiceKeeperOptions.Parse(json, page).Services.Should().NotBeEmpty();
        }
        catch (ServiceDefinitionException e)
        {
            e.Mistakes.Should().OnlyContain(static m => m.Contains("is no user of this machine", StringComparison.Ordinal), "users of another machine are not those of this one");
        }
    }

    [Fact]
    public void The_pages_have_examples()
    {
        Examples(Services).Should().HaveCount(5);
        Examples("docs/coming-from-supervisors.md").Should().HaveCount(4);
    }

    [Theory]
    [InlineData("nginx.json")]
    [InlineData("redis.json")]
    public void The_page_shows_the_sample(string file) =>
        Page(Services).Should().Contain($"<!-- samples/Keeper/{file} -->\n```json\n{Page("samples/Keeper/" + file)}```\n");

    [Fact]
    public void Every_sample_is_shown() =>
        Directory.GetFiles(Path.Combine(Repository.Root, "samples/Keeper")).Select(static f => Path.GetFileName(f)).Should().OnlyContain(static f => Page(Services).Contains($"<!-- samples/Keeper/{f} -->"));

    [Fact]
    public void Every_field_is_described()
    {
        string page = Page(Services);
        IEnumerable<string> fields = [.. Names(DefinitionFile.Keeper), .. Names(DefinitionFile.Snapshots), .. Names(DefinitionFile.Status), .. Names(ServiceFields.All), .. Names(ServiceFields.Backoff), .. Names(ServiceFields.GiveUp), .. Names(ServiceFields.Log), .. Names(ServiceFields.Notify), .. Names(CommandFields.All), .. Names(CheckFields.All)];
        fields.Where(f => !page.Contains($"`{f}`", StringComparison.Ordinal) && !page.Contains($"\"{f}\": ", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Defaults_are_those_of_the_schema()
    {
        string page = Page(Services);
        foreach (Match written in Regex.Matches(ServiceKeeperOptions.JsonSchema, "^ +\"(\\w+)\": \\{.*\"default\": \"?(\\w+)", RegexOptions.Multiline))
        {
            page.Should().MatchRegex($@"`{written.Groups[1]}`\)? (\| )?\(?`?(so long )?{written.Groups[2]}\b", "the schema says so");
        }
    }

    [Fact]
    public void The_hint_of_the_first_example_is_the_one_that_is_shown()
    {
        using var folder = new TempFolder();
        string file = folder.Write("services.json", Examples(Services)[0]);
        ServiceKeeperOptions.ReadFile(file, out IReadOnlyList<string> hints);
        string[] shown = [.. hints.Where(static h => h.Contains(".check", StringComparison.Ordinal)).Select(h => h.Replace(file, "services.json", StringComparison.Ordinal))];
        shown.Should().ContainSingle();
        Page(Services).Should().Contain($"\n{shown[0]}\nservices.json: 1 service, no mistake.\n");
    }

    private static string[] Examples(string page) => [.. Regex.Matches(Page(page), "^```json\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Select(static m => m.Groups[1].Value)];

    private static string Page(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static string[] Names<T>(IEnumerable<FileField<T>> fields) => [.. fields.Select(static f => f.Name)];
}
