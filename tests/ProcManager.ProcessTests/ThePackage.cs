using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class ThePackage(ITestOutputHelper output)
{
    [Fact]
    public async Task A_project_elsewhere_references_it_builds_and_manages_workers()
    {
        using var folder = new TempFolder();
        string version = $"0.0.1-test.{Environment.ProcessId}"; // never in anybody's cache
        await DotNet(folder.Path, "pack", Path.Combine(Places.RepositoryRoot, "src/ProcManager"), "-c", Places.Configuration, "--no-build", "-o", folder.Path, $"-p:Version={version}");
        string home = Directory.CreateDirectory(folder.File("app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "nuget.config"), Sources(folder.Path));
        await File.WriteAllTextAsync(Path.Combine(home, "app.csproj"), Project(version));
        File.Copy(Path.Combine(Places.RepositoryRoot, "samples/HelloWorkers/Program.cs"), Path.Combine(home, "Program.cs"));
        await DotNet(home, "build", "-c", "Release", "-o", Path.Combine(home, "out"));

        await using Managed managed = Managed.Launch(output, new Launch
        {
            Program = Path.Combine(home, "out/app"),
            Arguments = ["--port", "0", "--ProcessManager:ProcessCount=2"],
        });
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello from worker");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Directory.Exists(Path.Combine(home, "packages/procmanager", version)).Should().BeTrue("the package was what was used");
    }

    // What others packages need is taken from the machine's cache if it is there; ours goes to a folder of the test's own.
    private static string Sources(string packages) => $"""
        <configuration>
          <packageSources><add key="packed" value="{packages}" /></packageSources>
          <fallbackPackageFolders><add key="cache" value="{Cache}" /></fallbackPackageFolders>
        </configuration>
        """;

    private static string Project(string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <RestorePackagesPath>packages</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="ProcManager" Version="{version}" />
            <PackageReference Include="Microsoft.Extensions.Configuration.CommandLine" Version="10.0.14" />
          </ItemGroup>
        </Project>
        """;

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private async Task DotNet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (string name in start.Environment.Keys.Where(static k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name); // of the build that runs this test
        }

        // No build server that outlives the test.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using Process process = Process.Start(start)!;
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.WriteLine(said);
        process.ExitCode.Should().Be(0, "dotnet {0} said: {1}", string.Join(' ', arguments), said);
    }
}
