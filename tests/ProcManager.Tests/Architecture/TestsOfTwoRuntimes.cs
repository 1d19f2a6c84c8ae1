using System.Text.RegularExpressions;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Architecture;

/// <summary>Which tests run against programs of which runtime stands in their project files. None may fall between them.</summary>
public class TestsOfTwoRuntimes
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests");

    [Theory]
    [InlineData("ProcManager.ProcessTests")]
    [InlineData("ProcManager.WeatherTests")]
    [InlineData("ProcManager.FastCgi.ServerTests")]
    public void Each_file_runs_somewhere_and_what_is_of_one_runtime_runs_there(string project)
    {
        string[] files = [.. Directory.GetFiles(Path.Combine(Folder, project), "*.cs").Select(static f => Path.GetFileName(f))];
        string native = File.ReadAllText(Path.Combine(Folder, "ProcManager.NativeAotTests/ProcManager.NativeAotTests.csproj"));
        HashSet<string> notOnCore = Named(files, File.ReadAllText(Path.Combine(Folder, project, project + ".csproj")), "<Compile Remove=\"([^\"]+)\"", "");
        HashSet<string> onNative = project.Contains("FastCgi", StringComparison.Ordinal) ? Named(files, native, "<FastCgi Include=\"([^\"]+)\"", ".cs") : [.. files];
        onNative.ExceptWith(Named(files, native, $"(?:<OneRuntime Include|Exclude)=\"../{project}/([^\"/]+)\"", ""));
        files.Should().NotBeEmpty();
        foreach (string file in files)
        {
            string text = File.ReadAllText(Path.Combine(Folder, project, file));
            bool isOnCore = !notOnCore.Contains(file);
            (isOnCore || onNative.Contains(file)).Should().BeTrue("{0} runs somewhere", file);
            (isOnCore || !text.Contains("#if !NATIVE_AOT", StringComparison.Ordinal)).Should().BeTrue("{0} has a part for CoreCLR only, where it does not run", file);
            ((isOnCore && onNative.Contains(file)) || !Regex.IsMatch(text, "#if !?NATIVE_AOT[^#]*#el")).Should().BeTrue("{0} has a part for either runtime, and runs on one", file);
            (onNative.Contains(file) || !text.Contains("#if NATIVE_AOT", StringComparison.Ordinal)).Should().BeTrue("{0} has a part for NativeAOT only, where it does not run", file);
        }
    }

    private static HashSet<string> Named(string[] files, string project, string pattern, string ending)
    {
        HashSet<string> named = [];
        foreach (string name in Regex.Matches(project, pattern).SelectMany(static m => m.Groups[1].Value.Split(';')))
        {
            string[] found = [.. files.Where(f => Regex.IsMatch(f, $"^{Regex.Escape(name + ending).Replace("\\*", ".*", StringComparison.Ordinal)}$"))];
            found.Should().NotBeEmpty("{0} is named in a project file", name);
            named.UnionWith(found);
        }

        return named;
    }
}
