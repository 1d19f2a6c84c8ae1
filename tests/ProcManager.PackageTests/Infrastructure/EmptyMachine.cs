using System.Reflection;
using System.Text.RegularExpressions;

namespace ProcManager.PackageTests.Infrastructure;

/// <summary>
/// A user's machine: a home without settings, an empty package cache, and the packages as the README packs and installs them. This machine's packages stand for the registry, so that no test needs the
/// network. Made once for all tests.
/// </summary>
public sealed class EmptyMachine : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("procmanager-machine-").FullName;
    private readonly string _compiler = $"procmanager-package-tests-{Environment.ProcessId}";

    private Task? _templates;

    internal string Packages => Path.Combine(_folder, "packages");

    /// <summary>The version of all packages.</summary>
    internal string Version { get; private set; } = "";

    /// <summary>What the README says behind <c>dotnet add package ProcManager</c>.</summary>
    private string AddPackage { get; } = Documents.Command("README.md", "dotnet add package ProcManager");

    public async Task InitializeAsync()
    {
        string pack = Documents.Command("README.md", "dotnet pack");
        pack.Should().EndWith("-c Release -o packages", "these two are replaced here");
        await Command.Run(Places.RepositoryRoot, [], $"{pack[..^"Release -o packages".Length]}{Metadata("Configuration")} -o {Packages} --no-build");
        Version = Regex.Match(Path.GetFileName(Directory.GetFiles(Packages, "ProcManager.FastCgi.AspNetCore.*.nupkg").Single()), @"^ProcManager\.FastCgi\.AspNetCore\.(.*)\.nupkg$").Groups[1].Value;

        string settings = Directory.CreateDirectory(Path.Combine(_folder, "home/.nuget/NuGet")).FullName;
        await File.WriteAllTextAsync(Path.Combine(settings, "NuGet.Config"), $"""
            <configuration>
              <packageSources><clear /><add key="machine" value="{Metadata("NuGetPackageRoot")}" /></packageSources>
            </configuration>
            """);
        await Run(_folder, Documents.Command("README.md", "dotnet nuget add source"));
    }

    /// <summary>A new project of one of the SDK's templates, with a package of ours. It is named as its folder.</summary>
    internal async Task<string> NewProject(string template, string name, string package)
    {
        string folder = Path.Combine(_folder, name);
        await Run(_folder, $"dotnet new {template} -o {name} --no-restore");

        // The SDK's own version of its packages may be another one than this machine has.
        string project = Path.Combine(folder, $"{name}.csproj");
        File.WriteAllText(project, Regex.Replace(File.ReadAllText(project), @"(?<=Include=""Microsoft\.[\w.]+"" Version="")[^""]+", "*"));
        await Run(folder, AddPackage.Replace("package ProcManager", $"package {package}", StringComparison.Ordinal));
        return folder;
    }

    /// <summary>A new project of one of our templates, restored.</summary>
    internal async Task<string> NewFromTemplate(string template, string name)
    {
        await (_templates ??= Run(_folder, Documents.Command("README.md", "dotnet new install ProcManager.Templates")));
        await Run(_folder, $"dotnet new {template} -o {name}");
        return Path.Combine(_folder, name);
    }

    internal string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Builds the project of a folder, which is restored, and gives the path of its program.</summary>
    internal async Task<string> Build(string folder)
    {
        await Run(folder, "dotnet build --no-restore");
        return Path.Combine(folder, "bin/Debug/net10.0", Path.GetFileName(folder));
    }

    /// <summary>A command as it stands in the docs. Gives what it has written.</summary>
    internal Task<string> Run(string folder, string command, Dictionary<string, string>? environment = null) => Command.Run(
        folder,
        new(environment ?? [])
        {
            ["HOME"] = Path.Combine(_folder, "home"),
            ["DOTNET_CLI_HOME"] = Path.Combine(_folder, "home"),
            ["NUGET_PACKAGES"] = Path.Combine(_folder, "cache"),
            ["UseSharedCompilation"] = "true",
            ["SharedCompilationId"] = _compiler,
        },
        command);

    /// <summary>For what is not about an empty cache: the packages that this machine has need no copy.</summary>
    internal static Dictionary<string, string> WithPackagesOfThisMachine => new() { ["RestoreFallbackFolders"] = Metadata("NuGetPackageRoot") };

    public async Task DisposeAsync()
    {
        try
        {
            string sdk = (await Run(_folder, "dotnet --version")).Trim();
            string compiler = Path.Combine(FastCgiPrograms.DotnetRoot, "sdk", sdk, "Roslyn/bincore/VBCSCompiler.dll");
            await Run(_folder, $"dotnet {compiler} -pipename:{_compiler} -shutdown");
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static string Metadata(string key) => typeof(EmptyMachine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == key).Value!;
}

[CollectionDefinition(Name)]
public sealed class OneMachine : ICollectionFixture<EmptyMachine>
{
    internal const string Name = "machine";
}
