using System.Text.RegularExpressions;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Architecture;

/// <summary>The arrows of docs/design.md, held against the source.</summary>
public class Rooms
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Supervision"] = [],
        ["Posix"] = [],
        ["Diagnostics"] = [],
        ["Logging"] = ["Diagnostics", "Posix"],
        ["Output"] = ["Posix"],
        ["Handover"] = [],
        ["Settings"] = [],
        ["Scoreboard"] = ["Posix"],
        ["Listening"] = ["Handover", "Posix"],
        ["Worker"] = ["Diagnostics", "Handover", "Listening", "Posix", "Scoreboard"],
        ["Status"] = ["Diagnostics", "Handover", "Posix", "Runtime", "Supervision"],
        ["Systemd"] = ["Diagnostics", "Posix", "Runtime"],
        ["Control"] = ["Diagnostics", "Handover", "Listening", "Posix", "Runtime", "Status", "Supervision"],
        ["Runtime"] = ["Diagnostics", "Handover", "Listening", "Output", "Posix", "Scoreboard", "Supervision"],
    };

    public static TheoryData<string> All => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void A_room_uses_only_the_rooms_its_arrows_lead_to(string room)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Core, room), "*.cs"))
        {
            IEnumerable<string> used = Regex.Matches(File.ReadAllText(file), @"\bProcManager\.(\w+)").Select(static m => m.Groups[1].Value).Where(MayUse.ContainsKey).Where(u => u != room);
            used.Should().BeSubsetOf(MayUse[room], "{0} is in {1}", Path.GetFileName(file), room);
        }
    }

    [Fact]
    public void There_is_no_other_room() => Directory.GetDirectories(Repository.Core).Select(static d => Path.GetFileName(d))
        .Where(static d => d is not ("bin" or "obj")).Should().BeEquivalentTo(MayUse.Keys);

    [Theory]
    [InlineData(@"LibraryImport|DllImport|Mono\.Unix", "Posix/")]
    [InlineData(@"Environment\.Exit\(", "ProcessManager.Hooks.cs")]
    [InlineData(@"Thread\.Sleep", "Worker/Departure.cs")]
    [InlineData(@"\bLibC\.(wait|kill)", "Posix/")]
    public void What_belongs_to_one_place_is_only_there(string pattern, string place)
    {
        foreach (string file in Sources())
        {
            string name = Path.GetRelativePath(Repository.Core, file);
            (Regex.IsMatch(File.ReadAllText(file), pattern) && !name.StartsWith(place, StringComparison.Ordinal)).Should().BeFalse("{0} has {1}", name, pattern);
        }
    }

    [Fact]
    public void A_wait_is_for_one_child_never_for_any() =>
        Sources().SelectMany(File.ReadLines).Where(static line => Regex.IsMatch(line, @"\bLibC\.wait"))
            .Should().HaveCount(2).And.OnlyContain(static line => line.Contains("wait4(pid, ") || line.Contains("waitid(P_PID, pid, "));

    [Fact]
    public void No_room_is_larger_than_250_lines() =>
        Sources().Where(static f => File.ReadLines(f).Count() > 250).Select(static f => Path.GetFileName(f)).Should().BeEmpty();

    private static IEnumerable<string> Sources() => Directory.GetFiles(Repository.Core, "*.cs", SearchOption.AllDirectories)
        .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
}
