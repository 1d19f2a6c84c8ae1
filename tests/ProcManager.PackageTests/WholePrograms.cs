using System.Text.RegularExpressions;

namespace ProcManager.PackageTests;

/// <summary>Every block of C# in the docs that is a whole program compiles with the packed packages.</summary>
[Collection(OneMachine.Name)]
[Trait("Row", "core")]
public class WholePrograms(EmptyMachine machine)
{
    [Fact]
    public void Each_page_for_newcomers_has_one() =>
        Documents.WholePrograms.Select(static b => b.Page).Should().Contain(["README.md", "docs/hooks.md", "docs/fastcgi.md", "docs/aspnetcore.md"]);

    [Fact]
    public Task All_of_them_build() => Task.WhenAll(
        Build("Microsoft.NET.Sdk", "ProcManager.FastCgi", "ProcManager.Diagnostics", "ProcManager.Services"),
        Build("Microsoft.NET.Sdk.Web", "ProcManager.FastCgi.AspNetCore", "ProcManager.Diagnostics"));

    private async Task Build(string sdk, params string[] packages)
    {
        string folder = machine.NewFolder("Programs-" + sdk);
        CodeBlock[] programs = [.. Documents.WholePrograms.Where(b => b.IsWeb == sdk.EndsWith("Web", StringComparison.Ordinal))];
        programs.Should().NotBeEmpty();
        foreach (CodeBlock program in programs)
        {
            string name = $"{Regex.Replace(program.Page, @"\W", "_")}_{program.Line}.cs";
            File.WriteAllText(Path.Combine(folder, name), $"#line {program.Line} \"{program.Page}\"\n{program.Text}");
        }

        IEnumerable<string> references = packages.Select(p => $"""<PackageReference Include="{p}" Version="{machine.Version}" />""")
            .Concat(programs.SelectMany(static b => Documents.OtherPackages(b.Page)).Distinct().Select(static c => $"""<PackageReference Include="{c.Split(' ')[3]}" Version="*" />"""));

        // One compilation each, with one restore and one set of references for all.
        File.WriteAllText(Path.Combine(folder, "Programs.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
                <EnableNETAnalyzers>false</EnableNETAnalyzers>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(references)}
                <Whole Include="*.cs" />
              </ItemGroup>
              <Target Name="CompileEach" DependsOnTargets="ResolveReferences;ResolvePackageAssets;FindReferenceAssembliesForReferences;GenerateGlobalUsings">
                <Csc Sources="%(Whole.Identity);$(GeneratedGlobalUsingsFile)" OutputAssembly="$(IntermediateOutputPath)%(Whole.Filename).dll" TargetType="exe" References="@(ReferencePathWithRefAssemblies)"
                     Analyzers="@(Analyzer)" NoStandardLib="true" Nullable="enable" LangVersion="$(LangVersion)" UseSharedCompilation="true" ContinueOnError="ErrorAndContinue"
                     ToolPath="$(RoslynTargetsPath)/bincore" SkipAnalyzers="true" />
              </Target>
            </Project>
            """);
        string said = await machine.Run(folder, "dotnet build -t:CompileEach", EmptyMachine.WithPackagesOfThisMachine);
        Directory.GetFiles(folder, "*.dll", SearchOption.AllDirectories).Should().HaveCount(programs.Length, said);
    }
}
