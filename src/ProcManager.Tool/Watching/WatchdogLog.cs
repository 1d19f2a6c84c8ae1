using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Tool.Watching;

/// <summary>
/// Lines with the time, on standard error or at the end of a file. The file is opened for each line, so it may be moved away at any moment. A file
/// that is full or cannot be opened costs its lines and nothing else.
/// </summary>
internal sealed class WatchdogLog(string? path, int level)
{
    internal const int Errors = 0;
    internal const int Kills = 1;
    internal const int Samples = 2;

    private readonly Lock _gate = new();

    /// <exception cref="ToolException">There can be no such file.</exception>
    internal void RequireFile()
    {
        try
        {
            Descriptors.Close(path is null ? -1 : PrivateFile.OpenToAppend(path));
        }
        catch (PosixException e)
        {
            throw ToolException.CouldNotAsk($"--log-file: {e.Message}");
        }
    }

    internal void Write(int from, string text)
    {
        if (from > level)
        {
            return;
        }

        byte[] line = Encoding.UTF8.GetBytes($"{DateTime.Now.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture)} {text}\n");
        lock (_gate)
        {
            if (path is null)
            {
                Descriptors.WriteAll(2, line);
                return;
            }

            try
            {
                int fd = PrivateFile.OpenToAppend(path);
                Descriptors.WriteAll(fd, line);
                Descriptors.Close(fd);
            }
            catch (PosixException)
            {
                // the watchdog goes on without a log
            }
        }
    }
}
