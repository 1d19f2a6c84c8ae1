using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Services.Snapshots;

/// <summary>Reads files of /proc and others that may be missing or closed to this user.</summary>
internal static class ShortFiles
{
    /// <summary>The beginning of a file; empty when it cannot be read. The open does not wait, as it would for the other end of a FIFO.</summary>
    internal static string Read(string path, int maxSize = 64 * 1024)
    {
        int fd = LibC.open(path, Constants.O_RDONLY | Constants.O_NONBLOCK | Constants.O_NOCTTY | Constants.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return "";
        }

        byte[] bytes = new byte[Math.Min(maxSize, 4096)];
        int length = 0;
        int n;
        while (length < maxSize && (n = Descriptors.Read(fd, bytes.AsSpan(length))) > 0)
        {
            length += n;
            if (length == bytes.Length && length < maxSize)
            {
                Array.Resize(ref bytes, Math.Min(maxSize, bytes.Length * 2));
            }
        }

        Descriptors.Close(fd);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>The lines of a file that begin with one of these.</summary>
    internal static string Lines(string path, params string[] beginnings) =>
        string.Concat(Read(path).Split('\n').Where(l => beginnings.Any(b => l.StartsWith(b, StringComparison.Ordinal))).Select(static l => l + "\n"));

    /// <summary>The names of the users of this machine's own database. Not by the C library: a directory server may not answer at such a moment.</summary>
    internal static Dictionary<uint, string> UserNames()
    {
        var names = new Dictionary<uint, string>();
        foreach (string[] entry in Read("/etc/passwd", 1024 * 1024).Split('\n').Select(static l => l.Split(':')).Where(static e => e.Length > 2))
        {
            if (uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            {
                _ = names.TryAdd(id, entry[0]);
            }
        }

        return names;
    }

    internal static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
