using ProcManager.Posix;

namespace ProcManager.Services.Snapshots;

/// <summary>The last lines of a log.</summary>
internal static class LogTail
{
    internal const int MaxSize = 64 * 1024;

    /// <summary>Whole lines; empty when there is no such file, or it is no regular file.</summary>
    internal static byte[] Of(string? path)
    {
        int fd = path is null ? -1 : LibC.open(path, Constants.O_RDONLY | Constants.O_NONBLOCK | Constants.O_NOCTTY | Constants.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return [];
        }

        try
        {
            if (FileIdentity.OfDescriptor(fd) is not { IsRegular: true, Size: var size })
            {
                return [];
            }

            long skipped = Math.Max(0, size - MaxSize);
            _ = LibC.lseek(fd, skipped, 0);
            byte[] bytes = new byte[MaxSize];
            int length = 0;
            int n;
            while (length < bytes.Length && (n = Descriptors.Read(fd, bytes.AsSpan(length))) > 0)
            {
                length += n;
            }

            int begin = skipped == 0 ? 0 : bytes.AsSpan(0, length).IndexOf((byte)'\n') + 1;
            return bytes[begin..length];
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
