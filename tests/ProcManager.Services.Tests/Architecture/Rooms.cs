using System.Text.RegularExpressions;

namespace ProcManager.Services.Tests.Sources;

/// <summary>The arrows of docs/design.md, held against the source.</summary>
[Trait("Row", "core")]
public sealed class Rooms
{
    private static readonly string Package = Path.Combine(Repository.Root, "src/ProcManager.Services");

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Commands"] = [],
        ["Definitions"] = [],
        ["Checks"] = ["Commands"],
        ["Supervision"] = ["Checks"],
        ["Snapshots"] = ["Checks", "Commands"],
        ["Notification"] = ["Commands"],
        ["Status"] = [],
        ["Keeping"] = ["Checks", "Commands", "Notification", "Snapshots", "Status", "Supervision"],
    };

    public static TheoryData<string> All => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_room_uses_only_the_rooms_its_arrows_lead_to(string room)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Package, room), "*.cs", SearchOption.AllDirectories))
        {
            IEnumerable<string> used = Regex.Matches(File.ReadAllText(file), @"\bServices\.(\w+)").Select(static m => m.Groups[1].Value).Where(MayUse.ContainsKey).Where(u => u != room);
            used.Should().BeSubsetOf(MayUse[room], "{0} is in {1}", Path.GetFileName(file), room);
        }
    }

    [Fact]
    public void There_is_no_other_room() => Directory.GetDirectories(Package).Select(static d => Path.GetFileName(d)).Where(static d => d is not ("bin" or "obj")).Should().BeEquivalentTo(MayUse.Keys);

    [Fact]
    public void The_brain_has_no_clock_no_process_and_no_log()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Package, "Supervision"), "*.cs"))
        {
            File.ReadAllText(file).Should().NotMatchRegex(@"DateTime|Stopwatch|TickCount|Monotonic|Random|ILogger|Posix|Process\.|File\.|Task\b|Thread", "{0} decides only", Path.GetFileName(file));
        }
    }

    [Fact]
    public void System_calls_are_in_the_core() => Sources().Where(static f => Regex.IsMatch(File.ReadAllText(f), "LibraryImport|DllImport")).Should().BeEmpty();

    [Fact]
    public void No_file_is_larger_than_250_lines() => Sources().Where(static f => File.ReadLines(f).Count() > 250).Should().BeEmpty();

    private static IEnumerable<string> Sources() => Directory.GetFiles(Package, "*.cs", SearchOption.AllDirectories).Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
}
