using System.Buffers.Text;
using System.Runtime.InteropServices;
using ProcManager.Posix;
using static ProcManager.Posix.Constants;

namespace ProcManager.Services.Checks;

/// <summary>What a pid file says, or why it says nothing.</summary>
/// <param name="Pid">The number; 0: none.</param>
/// <param name="Problem">Why there is none, as the end of a sentence that begins with the file's name.</param>
/// <param name="File">The file that was read.</param>
internal readonly record struct PidFileContent(int Pid, string Problem, FileIdentity File);

/// <summary>Reads pid files. Other users may write into them, so nothing of their content is told but a number: the name may have become a link to a secret of this user.</summary>
internal static class PidFileReader
{
    /// <summary>More than the first line of any pid file takes.</summary>
    private const int MaxSize = 64;

    /// <summary>Never waits: of a FIFO the open does not wait for the other end.</summary>
    internal static PidFileContent Read(string path)
    {
        int fd = LibC.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
        if (fd < 0)
        {
            return new(0, Marshal.GetLastPInvokeError() switch
            {
                Errno.ENOENT or Errno.ENOTDIR => "is not there",
                Errno.EACCES or Errno.EPERM => $"cannot be read as this user ({AccountNames.OfUser(Accounts.EffectiveUser)})",
                Errno.ENXIO => "is not a regular file",
                Errno.ELOOP => "leads through links to nothing",
                int errno => $"cannot be read: {Marshal.GetPInvokeErrorMessage(errno)}",
            }, default);
        }

        try
        {
            if (FileIdentity.OfDescriptor(fd) is not { IsRegular: true } file)
            {
                return new(0, "is not a regular file", default);
            }

            Span<byte> buffer = stackalloc byte[MaxSize];
            int length = Descriptors.Read(fd, buffer);
            return length switch
            {
                < 0 => new(0, "cannot be read", file),
                0 => new(0, "is empty", file),
                _ => Parse(buffer[..length], file),
            };
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static PidFileContent Parse(ReadOnlySpan<byte> text, FileIdentity file)
    {
        int end = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = (end < 0 ? text : text[..end]).Trim(" \t\r\0"u8);
        bool isNumber = Utf8Parser.TryParse(line, out long pid, out int used) && used == line.Length && line.Length > 0;
        return isNumber switch
        {
            true when pid is > 1 and <= int.MaxValue => new((int)pid, "", file),
            true when pid == 1 => new(0, "names pid 1, the first process of the machine or the container, which is no service", file),
            _ => new(0, "does not begin with the id of a process", file),
        };
    }
}
