namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A folder of the test's own, gone with it.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("procmanager-test-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes whole files only: a reader never sees half of one.</summary>
    internal string Write(string name, string text)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path + ".new", text);
        System.IO.File.Move(path + ".new", path, overwrite: true);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
