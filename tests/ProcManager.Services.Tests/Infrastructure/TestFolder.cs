namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>A folder of the test's own, gone with it.</summary>
internal sealed class TestFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("procmanager-services-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal string Write(string name, string text)
    {
        string path = File(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A script that others may run.</summary>
    internal string Script(string name, string text)
    {
        string path = Write(name, "#!/bin/sh\n" + text);
        System.IO.File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>A copy of a program of the machine, to be replaced or removed.</summary>
    internal string Program(string name, string of = "/bin/sleep")
    {
        string path = File(name);
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        TestProcess.Run("cp", of, path); // a copy by this process may still be open for writing in a child of another test: "Text file busy"
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
