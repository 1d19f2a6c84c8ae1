using System.Globalization;

namespace ProcManager.Diagnostics;

/// <summary>Where a trace lies while it is read. Only its owner can look into it; when it is gone, work that was given up cannot make files in it any more.</summary>
internal sealed class TraceFolder : IDisposable
{
    private const string Prefix = "procmanager-stacks-";

    private readonly DirectoryInfo _folder;

    /// <summary>Named after this process first: whoever kills it for taking too long removes the folder by its pid.</summary>
    internal TraceFolder(int pid) => _folder = Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{pid}-"));

    /// <summary>The folders of all captures of a process.</summary>
    internal static string[] Of(int pid) => Directory.GetDirectories(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"{Prefix}*-{pid}-*"));

    /// <summary>As it came from the runtime.</summary>
    internal string Trace => Path.Combine(_folder.FullName, "trace.nettrace");

    /// <summary>As TraceEvent converts it.</summary>
    internal string Log => Path.Combine(_folder.FullName, "trace.etlx");

    public void Dispose()
    {
        // Work that was given up may make a file just now: the next try takes it along.
        for (int attempt = 0; attempt < 10; attempt++)
        {
            try
            {
                _folder.Delete(recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Thread.Yield();
            }
        }
    }
}
