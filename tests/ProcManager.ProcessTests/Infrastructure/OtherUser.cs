using System.Diagnostics;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A user without privileges, and a copy of TestWorker that this user may run. Takes root.</summary>
internal sealed class OtherUser : IDisposable
{
    internal const string Name = "nobody";

    private const UnixFileMode OthersMayRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    internal OtherUser()
    {
        Open(Folder.Path);
        Program = Programs.CopyTestWorker(Folder);
        Open(Path.GetDirectoryName(Program)!);
        Files = Directory.CreateDirectory(Folder.File("files")).FullName;
        Open(Files);
        string[] entry = File.ReadLines("/etc/passwd").Select(static l => l.Split(':')).Single(static u => u[0] == Name);
        (Id, Home) = (entry[2], entry[5]);
        Group = entry[3];
    }

    internal TempFolder Folder { get; } = new();

    internal string Id { get; }

    internal string Group { get; }

    internal string Home { get; }

    internal string Program { get; }

    /// <summary>A folder of root's that others may read.</summary>
    internal string Files { get; }

    /// <summary>Runs the rest of a command as this user, without capabilities.</summary>
    internal string[] Wrapper => ["setpriv", $"--reuid={Id}", $"--regid={Group}", "--clear-groups"];

    internal static void Open(string path) => File.SetUnixFileMode(path, OthersMayRead);

    internal async Task<Managed> Start(Xunit.Abstractions.ITestOutputHelper output, params string[] switches)
    {
        Managed managed = Launch(output, switches);
        await managed.Ready();
        return managed;
    }

    internal Managed Launch(Xunit.Abstractions.ITestOutputHelper output, params string[] switches) =>
        Managed.Launch(output, new Launch { Program = Program, Arguments = Managed.Hasty(switches) });

    /// <summary>Field of status of a process, or of a thread, with one space between its values.</summary>
    internal static string Status(string folder, string field) => string.Join(' ', Native.ReadOrEmpty(folder + "/status").Split('\n')
        .First(l => l.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>All that tells of privileges: real, effective, saved and file system ids, and the capabilities.</summary>
    internal static string[] Privileges(string folder) => [.. new[] { "Uid", "Gid", "CapPrm", "CapEff", "CapAmb" }.Select(f => Status(folder, f))];

    internal static string OwnerOf(string file)
    {
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["--format=%u", file]) { RedirectStandardOutput = true })!;
        string owner = stat.StandardOutput.ReadToEnd().Trim();
        stat.WaitForExit();
        return owner;
    }

    /// <summary>What <see cref="Privileges"/> of this user are.</summary>
    internal string[] None => [$"{Id} {Id} {Id} {Id}", $"{Group} {Group} {Group} {Group}", .. Enumerable.Repeat(new string('0', 16), 3)];

    public void Dispose() => Folder.Dispose();
}
