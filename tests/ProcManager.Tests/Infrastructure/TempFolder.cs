namespace ProcManager.Tests.Infrastructure;

/// <summary>A folder of a test's own, short enough for the path of a unix socket.</summary>
internal sealed class TempFolder : IDisposable
{
    internal TempFolder() => Directory.CreateDirectory(Path);

    internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "pmt-" + Guid.NewGuid().ToString("N")[..12]);

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
