namespace ProcManager.PackageTests;

/// <summary>The version comes from git, and where git cannot tell it, the sources can be built all the same.</summary>
[Trait("Row", "core")]
public class Versions
{
    private const string Git = "git -c user.name=test -c user.email=test@example.org -c init.defaultBranch=main";

    // One evaluation for each folder. MinVer asks git once in each process, so only one of the folders has a history that it can read.
    private const string Project = """
        <Project>
          <ItemGroup>
            <Tree Include="$(WithHistory)" />
            <Tree Include="downloaded;unreadable" Condition="'$(WithHistory)' == 'untagged'" />
            <Tree Include="given" Properties="Version=7.8.9-beta.1" Condition="'$(WithHistory)' == 'untagged'" />
          </ItemGroup>
          <Target Name="Versions">
            <MSBuild Projects="%(Tree.Identity)/src/ProcManager/ProcManager.csproj" Targets="TellVersion" Properties="%(Tree.Properties);Tree=%(Tree.Identity);CustomAfterMicrosoftCommonTargets=$(MSBuildProjectDirectory)/tell.targets" />
          </Target>
        </Project>
        """;

    private const string Tell = """
        <Project>
          <Target Name="TellVersion" DependsOnTargets="GetAssemblyVersion">
            <Message Importance="high" Text="$(Tree): $(PackageVersion), $(AssemblyVersion)." />
          </Target>
        </Project>
        """;

    [Fact]
    public async Task It_is_that_of_the_tag_or_counts_the_commits_and_is_a_plain_one_without_git()
    {
        using var folder = new TempFolder();
        Programs.CopySources(folder.File("downloaded"));
        File.WriteAllText(folder.File("versions.proj"), Project);
        File.WriteAllText(folder.File("tell.targets"), Tell);
        await Command.Run(folder.File("downloaded"), [], "dotnet restore src/ProcManager");
        await Command.Run(folder.Path, [], $"""
            set -e
            git() ( command {Git} "$@" )
            cp -r downloaded untagged; (cd untagged; git init -q; git commit -q --allow-empty -m 1; git commit -q --allow-empty -m 2)
            cp -r untagged tagged; (cd tagged; git tag v1.2.3)
            cp -r tagged behind; (cd behind; git commit -q --allow-empty -m 3) # MinVer's own business; here it is cloned
            cp -r tagged given
            git clone -q --depth 1 file://$PWD/behind shallow; cp -r downloaded/. shallow
            cp -r tagged unreadable; echo 'not a repository' > unreadable/.git/HEAD
            """);

        string said = string.Concat(await Task.WhenAll(Ask("untagged"), Ask("tagged"), Ask("shallow")));
        said.Should().Contain("downloaded: 0.1.0-dev, 0.1.0.0.", "it was downloaded without git")
            .And.Contain("untagged: 0.1.0-dev.1, 0.1.0.0.", "there is no tag")
            .And.Contain("tagged: 1.2.3, 1.2.3.0.", "the tag is here")
            .And.Contain("given: 7.8.9-beta.1, 7.8.9.0.", "it was given")
            .And.Contain("shallow: 0.1.0-dev, 0.1.0.0.", "the tag was not cloned")
            .And.Contain("unreadable: 0.1.0-dev, 0.1.0.0.", "git cannot read it, as when the folder is another user's");

        Task<string> Ask(string withHistory) => Command.Run(folder.Path, new() { ["CI"] = "true" }, $"dotnet msbuild versions.proj -nodeReuse:false -nologo -p:WithHistory={withHistory}");
    }
}
