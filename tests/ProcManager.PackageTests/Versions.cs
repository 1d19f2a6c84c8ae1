using System.Text.Json;

namespace ProcManager.PackageTests;

/// <summary>The version comes from git, and where git cannot tell it, the sources can be built all the same.</summary>
[Trait("Row", "core")]
public class Versions
{
    private const string Git = "git -c user.name=test -c user.email=test@example.org -c init.defaultBranch=main";

    [Fact]
    public async Task It_is_that_of_the_tag_or_counts_the_commits_and_is_a_plain_one_without_git()
    {
        using var folder = new TempFolder();
        Programs.CopySources(folder.File("sources"));
        string sources = folder.File("sources");
        await Command.Run(sources, [], "dotnet restore src/ProcManager");
        (await Version(sources)).Should().Be(("0.1.0-dev", "0.1.0.0"), "it was downloaded without git");

        await Command.Run(sources, [], $"{Git} init -q && {Git} commit -q --allow-empty -m 1 && {Git} commit -q --allow-empty -m 2");
        (await Version(sources)).Should().Be(("0.1.0-dev.1", "0.1.0.0"), "there is no tag");

        await Command.Run(sources, [], $"{Git} tag v1.2.3");
        (await Version(sources)).Should().Be(("1.2.3", "1.2.3.0"), "the tag is here");

        await Command.Run(sources, [], $"{Git} commit -q --allow-empty -m 3");
        (await Version(sources)).Should().Be(("1.2.4-dev.1", "1.2.4.0"), "the tag is behind");

        (await Version(sources, "-p:Version=7.8.9-beta.1")).Should().Be(("7.8.9-beta.1", "7.8.9.0"), "it was given");

        string shallow = folder.File("shallow");
        await Command.Run(sources, [], $"{Git} clone -q --depth 1 file://{sources} {shallow} && cp -r *.props *.targets src {shallow}");
        (await Version(shallow)).Should().Be(("0.1.0-dev", "0.1.0.0"), "the tag was not cloned");

        await Command.Run(sources, [], "echo 'not a repository' > .git/HEAD"); // as git sees one that it refuses, such as another user's
        (await Version(sources)).Should().Be(("0.1.0-dev", "0.1.0.0"), "git cannot read it");
    }

    /// <summary>That of the package and that of the assembly.</summary>
    private static async Task<(string Package, string Assembly)> Version(string sources, string properties = "")
    {
        string said = await Command.Run(sources, new() { ["CI"] = "true" }, $"dotnet msbuild src/ProcManager -t:GetAssemblyVersion -getProperty:PackageVersion,AssemblyVersion {properties}");
        JsonElement values = JsonDocument.Parse(said[said.IndexOf('{', StringComparison.Ordinal)..]).RootElement.GetProperty("Properties");
        return (values.GetProperty("PackageVersion").GetString()!, values.GetProperty("AssemblyVersion").GetString()!);
    }
}
