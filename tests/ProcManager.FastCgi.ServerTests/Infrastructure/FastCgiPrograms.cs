using System.Reflection;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Where the programs that answer were built, and how they are started.</summary>
internal static class FastCgiPrograms
{
    internal static string Sample { get; } = Path.Combine(Metadata("FastCgiAppPath"), "FastCgiApp");

    internal static string TestApp { get; } = Path.Combine(Metadata("FastCgiTestAppPath"), "ProcManager.FastCgi.TestApp");

    /// <summary>The .NET runtime this very test runs on.</summary>
    internal static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    /// <summary>A program that listens on a unix socket which every user may connect to, ready when its first workers are.</summary>
    internal static Task<Managed> OnSocket(ITestOutputHelper output, string program, string socket, params string[] switches) =>
        Start(output, program, new() { }, Managed.Hasty(["--socket", socket, "--FastCgi:Listen:Mode=0666", .. switches]));

    internal static async Task<Managed> Start(ITestOutputHelper output, string program, Dictionary<string, string?> environment, params string[] arguments)
    {
        Managed managed = Managed.Launch(output, new Launch
        {
            Program = program,
            Arguments = arguments,
            Environment = environment,

            // Web servers that are started as root give it up, and must still be able to connect.
            Wrapper = ["sh", "-c", "umask 0 && exec \"$@\"", "sh"],
        });
        try
        {
            await managed.Serving();
            return managed;
        }
        catch
        {
            await managed.DisposeAsync();
            throw;
        }
    }

    /// <summary>A copy where other users may read it, for servers that start it under their own user.</summary>
    internal static string CopyTo(string folder, string program)
    {
        string home = Directory.CreateDirectory(Path.Combine(folder, "program")).FullName;
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(program)!))
        {
            File.Copy(file, Path.Combine(home, Path.GetFileName(file)));
        }

        return Path.Combine(home, Path.GetFileName(program));
    }

    private static string Metadata(string key) => typeof(FastCgiPrograms).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == key).Value!;
}
