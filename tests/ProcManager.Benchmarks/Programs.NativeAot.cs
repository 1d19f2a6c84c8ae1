using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ProcManager.Benchmarks;

/// <content>Programs of this repository compiled ahead.</content>
internal static partial class Programs
{
    internal static readonly string Root = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static a => a.Key == "RepositoryRoot")?.Value ?? "";

    /// <summary>
    /// What <see cref="StartManager"/> and the others start: this program, or with <see cref="On"/> the same program compiled by NativeAOT, <c>NativeAot("ProcManager.Benchmarks")</c>.
    /// </summary>
    internal static string Executable { get; private set; } = Environment.ProcessPath!;

    /// <summary>Starts something with <see cref="Executable"/> set to this program.</summary>
    internal static T On<T>(string program, Func<T> start)
    {
        string before = Executable;
        Executable = program;
        try
        {
            return start();
        }
        finally
        {
            Executable = before;
        }
    }

    /// <summary>The path of a sample or test program, by the name of its project, published with NativeAOT first when a source is newer.</summary>
    internal static string NativeAot(string project) => Published(project, "native-aot", "-p:PublishAot=true");

    /// <summary>As <see cref="NativeAot"/>, with what docs/per-request.md says for a quick start.</summary>
    internal static string QuickNativeAot(string project) => Published(project, "native-aot-quick", "-p:PublishAot=true", "-p:IlcDehydrate=false", "-p:PositionIndependentExecutable=false");

    /// <summary>As <see cref="NativeAot"/>, for CoreCLR with all code compiled ahead.</summary>
    internal static string ReadyToRun(string project) => Published(project, "ready-to-run", "-p:PublishReadyToRun=true", "--no-self-contained");

    private static string Published(string project, string folder, params string[] how)
    {
        string home = new[] { "samples", "tests" }.Select(f => Path.Combine(Root, f, project)).First(Directory.Exists);
        string artifacts = Path.Combine(Root, "artifacts", folder);
        string published = Path.Combine(artifacts, "publish", project, $"release_{RuntimeInformation.RuntimeIdentifier}", project);
        if (!File.Exists(published) || Sources(home).Concat(Sources(Path.Combine(Root, "src"))).Any(s => File.GetLastWriteTimeUtc(s) > File.GetLastWriteTimeUtc(published)))
        {
            Console.Error.WriteLine($"publishing {project} into {artifacts}");
            Publish(home, artifacts, how);
            File.SetLastWriteTimeUtc(published, DateTime.UtcNow);
        }

        return published;
    }

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(folder, "*.cs*", SearchOption.AllDirectories)
        .Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    // As tests/NativeAot.targets does it, into the same folder.
    private static void Publish(string home, string artifacts, string[] how)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            "publish", home, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--artifacts-path", artifacts, .. how, "-p:RunAnalyzers=false",
            "-p:GenerateDocumentationFile=false", "-p:CopyOutputSymbolsToPublishDirectory=false", "-nologo", "-nodeReuse:false",
        ])
        {
            RedirectStandardOutput = true,
        };
        using Process publish = Process.Start(start)!;
        string output = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException($"{home} cannot be published ({string.Join(' ', how)}):\n{output}");
        }
    }
}
