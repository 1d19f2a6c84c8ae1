using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Logging;

/// <summary>Renames a log file to NAME.1, an older one to NAME.2 and so on; the oldest one is replaced. Within the open folder: a link that another user puts in the place of a name is renamed itself.</summary>
internal static class LogRotation
{
    /// <summary>Another program may have moved the open file away already; then nothing is renamed. Throws <see cref="PosixException"/>.</summary>
    internal static void Rename(string path, int keep, FileIdentity? open)
    {
        (string folderPath, string name) = OpenFolder.Split(path);
        using var folder = OpenFolder.Open(folderPath);
        if (open is not { } file || !file.IsSameFileAs(folder.Find(name)))
        {
            return;
        }

        for (int i = keep; i > 0; i--)
        {
            string from = i == 1 ? name : Numbered(name, i - 1);
            int errno = folder.Rename(from, Numbered(name, i));
            if (errno != 0 && errno != Errno.ENOENT)
            {
                throw new PosixException($"rename({from}, {Numbered(name, i)}) in {folderPath}", errno);
            }
        }
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");
}
