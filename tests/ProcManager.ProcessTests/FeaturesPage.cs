using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;

namespace ProcManager.ProcessTests;

/// <summary>docs/features.md says what is done; here it has to prove it.</summary>
public class FeaturesPage
{
    private static readonly string[] AllRows =
    [
        .. Rows("A1.", 13), .. Rows("A2.", 10), .. Rows("A3.", 4), .. Rows("A4.", 3),
        .. Rows("B", 8), .. Rows("C", 6), .. Rows("D", 15), .. Rows("E", 7), .. Rows("F", 3),
    ];

    private static readonly string[] Projects = ["ProcManager.ProcessTests", "ProcManager.FastCgi.ServerTests", "ProcManager.Services.Tests"];

    private static readonly Dictionary<string, string> States = Regex
        .Matches(File.ReadAllText(Path.Combine(Places.RepositoryRoot, "docs/features.md")), @"^\| *([A-F]\d+(?:\.\d+)?) *\| *(\w+) *\|", RegexOptions.Multiline)
        .ToDictionary(static m => m.Groups[1].Value, static m => m.Groups[2].Value);

    [Fact]
    [Trait("Row", "core")]
    public void Lists_every_row_with_a_state()
    {
        States.Keys.Should().BeEquivalentTo(AllRows);
        States.Values.Should().OnlyContain(static state => state == "done" || state == "partly" || state == "planned");
    }

    [Fact]
    [Trait("Row", "core")]
    public void Each_row_that_is_done_has_a_process_test()
    {
        string[] tested = [.. Projects.SelectMany(RowsOf)];
        States.Where(static s => s.Value == "done").Select(static s => s.Key).Should().BeSubsetOf(tested);
    }

    // By their source: not all of them are in this assembly.
    private static IEnumerable<string> RowsOf(string project) => Directory
        .GetFiles(Path.Combine(Places.RepositoryRoot, "tests", project), "*.cs", SearchOption.AllDirectories)
        .SelectMany(static f => Regex.Matches(File.ReadAllText(f), @"\[Trait\(""Row"", ""([^""]+)""\)\]"))
        .Select(static m => m.Groups[1].Value);

    private static IEnumerable<string> Rows(string prefix, int count) => Enumerable.Range(1, count).Select(n => $"{prefix}{n}");
}
