using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// How to start this program again: by the path it was started with, not the one it was resolved to, so that a deploy which
/// switches a link or replaces the file is picked up; and with exactly the same arguments.
/// </summary>
internal sealed class SelfCommand
{
    private SelfCommand(string path, string[] arguments)
    {
        Path = path;
        Arguments = arguments;
    }

    internal string Path { get; }

    /// <summary>As in argv, the program's name first.</summary>
    internal string[] Arguments { get; }

    /// <summary>To be read before the process title is changed, which overwrites the arguments.</summary>
    internal static SelfCommand Read()
    {
        string resolved = Environment.ProcessPath
            ?? throw new ProcManagerException("The path of this program cannot be found out; workers are started by it. Is /proc mounted?");
        string[] managed = Environment.GetCommandLineArgs();
        string[] raw = RawArguments() ?? [resolved, .. managed];
        string directory = StartDirectory.Logical();
        string path = SameFile(AsStarted(raw[0], directory), resolved);

        // "dotnet [host options] app.dll arguments": the assembly stands just before the program's own arguments.
        int assembly = raw.Length - managed.Length;
        if (assembly >= 1 && System.IO.Path.GetFileName(resolved) == "dotnet")
        {
            string absolute = AsStarted(raw[assembly], directory);
            raw[assembly] = File.Exists(absolute) ? absolute : raw[assembly];
        }

        return new(path, raw);
    }

    private static string[]? RawArguments()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        string[] parts = File.ReadAllText("/proc/self/cmdline").Split('\0');
        return parts.Length > 1 ? parts[..^1] : null; // each argument ends with a NUL
    }

    private static string AsStarted(string name, string directory)
    {
        if (name.StartsWith('/'))
        {
            return name;
        }

        if (name.Contains('/', StringComparison.Ordinal) || name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return directory + "/" + name; // not normalised: ".." behind a link is the kernel's business
        }

        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string candidate = System.IO.Path.Combine(folder, name);
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return name;
    }

    /// <summary>The name a program gives itself in argv can be anything; it counts only when it leads to the file that runs.</summary>
    private static string SameFile(string candidate, string resolved) =>
        FileIdentity.OfTarget(candidate) is { } there && there.IsSameFileAs(FileIdentity.OfTarget("/proc/self/exe")) ? candidate : resolved;
}
