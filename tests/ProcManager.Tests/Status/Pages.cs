using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ProcManager.Status;

namespace ProcManager.Tests.Status;

/// <summary>The page is served with a policy that lets only its own script and style sheet run, by their hashes.</summary>
public partial class Pages
{
    private static readonly string Page = Encoding.UTF8.GetString(StatusPage.Bytes);

    [Fact]
    public void The_policy_has_the_hashes_of_the_only_script_and_style_sheet()
    {
        StatusPage.ScriptHash.Should().Be(HashOf(Script()));
        StatusPage.StyleHash.Should().Be(HashOf(Style()));
        StatusPage.Headers.Should().Contain($"script-src '{StatusPage.ScriptHash}'").And.Contain($"style-src '{StatusPage.StyleHash}'");
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere_and_no_text_becomes_markup()
    {
        Page.Should().NotMatchRegex(@"https?://(?!www\.w3\.org/2000/svg)").And.NotContain("innerHTML").And.NotContain("outerHTML").And.NotContain("insertAdjacentHTML")
            .And.NotContain("document.write").And.NotMatchRegex(@"\son\w+=").And.NotMatchRegex(@"\sstyle=");
    }

    [Fact]
    public void The_legend_has_the_words_of_the_library() =>
        StateLetters.All.Should().OnlyContain(static l => Page.Contains($"'{l.Letter}', ['", StringComparison.Ordinal) && Page.Contains($"'{l.Meaning}'", StringComparison.Ordinal));

    private static string HashOf(Regex element)
    {
        MatchCollection found = element.Matches(Page);
        found.Should().ContainSingle();
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(found[0].Groups[1].Value)));
    }

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
