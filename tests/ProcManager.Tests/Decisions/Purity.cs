using System.Text.RegularExpressions;

namespace ProcManager.Tests.Decisions;

/// <summary>The brain decides by what it is told, so that every decision can be played again. Held against its source.</summary>
public partial class Purity
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(Root, "src", "ProcManager", "Supervision"), "*.cs", SearchOption.AllDirectories).Select(static f => Path.GetRelativePath(Root, f))];

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_of_the_brain_knows_a_clock_a_process_a_file_a_log_or_chance(string file)
    {
        string code = CodeOf(file);

        ForbiddenNames().Matches(code).Select(static m => m.Value).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_of_the_brain_uses_another_room(string file)
    {
        string code = CodeOf(file);

        Usings().Matches(code).Select(static m => m.Groups[1].Value).Where(static n => n is not "System" and not "System.Linq" && !n.StartsWith("System.Collections")).Should().BeEmpty();
        Rooms().Matches(code).Select(static m => m.Value).Should().BeEmpty();
        code.Should().Contain("namespace ProcManager.Supervision;");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_of_the_brain_keeps_anything_between_two_decisions(string file)
    {
        string code = CodeOf(file);

        MutableStatics().Matches(code).Select(static m => m.Value).Should().BeEmpty();
    }

    [Fact]
    public void The_brain_is_where_this_test_looks_for_it()
    {
        Files.Should().HaveCountGreaterThan(8);
    }

    private static string CodeOf(string file) => Comments().Replace(File.ReadAllText(Path.Combine(Root, file)), "");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ProcManager.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No ProcManager.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset|Stopwatch|TimeProvider|Monotonic|Environment|Process|Thread|Task|Timer|CancellationToken|Console|File|Directory|Socket|ILogger|(?<!WatchdogSteps\.)Log|Random|Guid|LibC|Signals|PosixException|async|await|lock|unsafe)\b")]
    private static partial Regex ForbiddenNames();

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"\b(Runtime|Posix|Listening|Scoreboard|Diagnostics|Handover|Worker)\.\w+")]
    private static partial Regex Rooms();

    [GeneratedRegex(@"^\s*(?:private|internal|public) static (?!readonly|partial|class|\w.*[({]|.*=>).*[;=].*$", RegexOptions.Multiline)]
    private static partial Regex MutableStatics();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
