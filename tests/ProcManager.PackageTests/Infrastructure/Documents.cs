using System.Text.RegularExpressions;

namespace ProcManager.PackageTests.Infrastructure;

/// <summary>What the pages of the repository tell people to type and to paste.</summary>
internal static class Documents
{
    /// <summary>A block of C# that begins with a using directive is a whole program.</summary>
    private static readonly Regex Block = new(@"^```csharp\n(using [\w.]+;\n.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline);

    private static readonly Regex Line = new(@"^ *(dotnet [^#\n]*[^#\s])", RegexOptions.Multiline);

    internal static IReadOnlyList<CodeBlock> WholePrograms { get; } = [.. Pages().SelectMany(In)];

    /// <summary>The first whole program of a page.</summary>
    internal static CodeBlock FirstProgram(string page) =>
        WholePrograms.FirstOrDefault(b => b.Page == page) ?? throw new InvalidOperationException($"{page} has no block ```csharp that begins with a using directive.");

    /// <summary>The first line of a page that begins with these words, without the remark behind it.</summary>
    internal static string Command(string page, string beginning) =>
        Commands(page).FirstOrDefault(l => l.StartsWith(beginning, StringComparison.Ordinal))
        ?? throw new InvalidOperationException($"{page} has no line that begins with '{beginning}'.");

    /// <summary>The lines that add packages of others, which the programs of the page need.</summary>
    internal static IEnumerable<string> OtherPackages(string page) => Commands(page).Where(static l => l.StartsWith("dotnet add package ", StringComparison.Ordinal) && !l.StartsWith("dotnet add package ProcManager", StringComparison.Ordinal));

    private static IEnumerable<string> Commands(string page) => Line.Matches(Text(page)).Select(static m => m.Groups[1].Value);

    internal static string Text(string page) => File.ReadAllText(Path.Combine(Places.RepositoryRoot, page)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Pages() =>
    [
        "README.md",
        .. Below("docs"),
        .. Below("src"),
    ];

    private static IEnumerable<string> Below(string folder) => Directory
        .GetFiles(Path.Combine(Places.RepositoryRoot, folder), "*.md", SearchOption.AllDirectories)
        .Select(static f => Path.GetRelativePath(Places.RepositoryRoot, f))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<CodeBlock> In(string page)
    {
        string text = Text(page);
        return Block.Matches(text).Select(m => new CodeBlock(page, text.AsSpan(0, m.Groups[1].Index).Count('\n') + 1, m.Groups[1].Value));
    }
}

/// <param name="Page">Its path in the repository.</param>
/// <param name="Line">The number of its first line there.</param>
/// <param name="Text">The program.</param>
internal sealed record CodeBlock(string Page, int Line, string Text)
{
    internal bool IsWeb => Text.Contains("WebApplication", StringComparison.Ordinal);

    /// <summary>With a port and a socket of the test's own.</summary>
    internal string At(int port, string socket) => Regex.Replace(
        Text.Replace("8080", $"{port}", StringComparison.Ordinal), @"(?<=""|unix:)/run/[^""\s]*\.sock(?="")", socket);
}
