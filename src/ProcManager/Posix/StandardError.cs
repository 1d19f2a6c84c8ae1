using System.Globalization;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// Where messages go when the host has no logger. The open file is shared with other processes, so it is never made non-blocking: a write may wait
/// for a reader, and callers see to it that nothing waits for the write.
/// </summary>
internal static unsafe class StandardError
{
    private const int Descriptor = 2;

    /// <summary>
    /// What is written goes to systemd's journal, which has a time for each line. JOURNAL_STREAM is <c>device:inode</c> (systemd.exec(5)); a program whose standard error was led elsewhere
    /// since has the variable, too, so the two are compared at each call.
    /// </summary>
    internal static bool IsJournal => OperatingSystem.IsLinux()
        && Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 } stream
        && FileIdentity.OfDescriptor(Descriptor) is { } open
        && stream == string.Create(CultureInfo.InvariantCulture, $"{open.Device}:{open.Inode}");

    /// <summary>Writes all of it; waits while the log takes nothing. False: it is lost (no reader, a full disk).</summary>
    internal static bool Write(ReadOnlySpan<byte> bytes) => WriteCounted(bytes) == bytes.Length;

    /// <summary>The same; gives how many bytes were written.</summary>
    internal static int WriteCounted(ReadOnlySpan<byte> bytes)
    {
        if (!Platform.IsLinux)
        {
            return WriteElsewhere(bytes) ? bytes.Length : 0;
        }

        // A background process that writes to its terminal under "stty tostop" is stopped, or, with a handler, sent the signal again without end. While the
        // signal is blocked the kernel lets the write pass.
        ulong* block = stackalloc ulong[16];
        ulong* before = stackalloc ulong[16];
        new Span<ulong>(block, 16).Clear();
        block[0] = 1ul << (Signals.TTOU - 1);
        bool blocked = LibC.pthread_sigmask(SIG_BLOCK, block, before) == 0;
        try
        {
            return WriteAll(bytes);
        }
        finally
        {
            if (blocked)
            {
                _ = LibC.pthread_sigmask(SIG_SETMASK, before, null);
            }
        }
    }

    /// <summary>Writes one piece of at most PIPE_BUF bytes if the log takes it at this moment. False: the log does not.</summary>
    internal static bool TryWrite(ReadOnlySpan<byte> piece) => !Platform.IsLinux ? WriteElsewhere(piece) : Connections.WaitFor(Descriptor, POLLOUT, 0) == POLLOUT && Write(piece);

    private static bool WriteElsewhere(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using Stream error = Console.OpenStandardError();
            error.Write(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int WriteAll(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint written = LibC.write(Descriptor, start + done, (nuint)(bytes.Length - done));
                if (written >= 0)
                {
                    done += (int)written;
                    continue;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case Errno.EINTR:
                        break;
                    case Errno.EAGAIN: // another process has made it non-blocking
                        _ = Connections.WaitFor(Descriptor, POLLOUT, -1);
                        break;
                    default:
                        return done;
                }
            }

            return done;
        }
    }
}
