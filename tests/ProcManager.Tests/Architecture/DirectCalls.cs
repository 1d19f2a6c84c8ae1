using System.Text.RegularExpressions;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Architecture;

/// <summary>The functions that the linker binds in a program compiled ahead are those that the source imports.</summary>
public class DirectCalls
{
    /// <summary>Not in every C library that .NET is linked against: glibc 2.27, musl. They are looked for at their first call.</summary>
    private static readonly string[] Late = ["malloc_trim", "posix_spawn_file_actions_addchdir_np", "statx"];

    [Fact]
    public void Each_imported_function_is_in_the_list()
    {
        List<string> imported = [];
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Core, "Posix"), "LibC*.cs"))
        {
            foreach (Match import in Regex.Matches(File.ReadAllText(file), @"\[LibraryImport\(Library(?<how>[^\]]*)\)\][^;]*? partial \S+ (?<name>\w+)\("))
            {
                Match entry = Regex.Match(import.Groups["how"].Value, "EntryPoint = \"(?<name>\\w+)\"");
                imported.Add("libc!" + (entry.Success ? entry : import).Groups["name"].Value);
            }
        }

        imported.Should().HaveCountGreaterThan(90);
        File.ReadAllLines(Path.Combine(Repository.Core, "ProcManager.DirectCalls.txt")).Should().BeEquivalentTo(imported.Distinct().Except(Late.Select(static l => "libc!" + l)));
    }
}
