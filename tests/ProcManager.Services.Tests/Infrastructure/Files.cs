namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>Scripts and programs in the folder of a test, and what is in its files.</summary>
internal static class Files
{
    /// <summary>A script that others may run.</summary>
    internal static string Script(this TempFolder folder, string name, string text)
    {
        string path = folder.Write(name, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>A copy of a program of the machine, to be replaced or removed.</summary>
    internal static string Program(this TempFolder folder, string name, string of = "/bin/sleep")
    {
        string path = folder.File(name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        TestProcess.Run("cp", of, path); // a copy by this process may still be open for writing in a child of another test: "Text file busy"
        return path;
    }

    /// <summary>Empty: there is no such file.</summary>
    internal static string Read(this TempFolder folder, string name) => File.Exists(folder.File(name)) ? File.ReadAllText(folder.File(name)) : "";

    internal static int Lines(this TempFolder folder, string name) => folder.Read(name).Count(static c => c == '\n');
}
