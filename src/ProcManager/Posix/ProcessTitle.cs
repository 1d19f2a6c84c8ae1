using System.Text;
using System.Text.Unicode;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// The title in <c>ps</c>: written over the arguments this process was started with, whose place proc(5) tells, and never beyond
/// them; and the short name of the first thread. Linux only; elsewhere nothing happens.
/// </summary>
internal static unsafe class ProcessTitle
{
    private static readonly Lock Gate = new();

    /// <summary>What the kernel keeps of a thread's name, in bytes.</summary>
    private const int MaxName = 15;

    /// <param name="title">Cut to the room of the arguments.</param>
    /// <param name="name">Of the first thread, by which pkill(1) finds a process; cut to 15 bytes. Null: the title.</param>
    internal static void Set(string title, string? name = null)
    {
        if (!Platform.IsLinux)
        {
            return;
        }

        lock (Gate)
        {
            (nint start, nint end) = ProcFs.Arguments();
            int room = (int)(end - start) - 1; // the last byte stays NUL, or the kernel would read on into the environment
            if (room > 0)
            {
                var place = new Span<byte>((void*)start, room);
                place.Clear();
                Encoding.UTF8.GetEncoder().Convert(title, place, flush: true, out _, out _, out _);
            }
        }

        Span<byte> bytes = stackalloc byte[MaxName];
        _ = Utf8.FromUtf16(name ?? title, bytes, out _, out int length);
        int comm = LibC.open("/proc/self/comm", O_WRONLY | O_CLOEXEC, 0);
        if (comm < 0)
        {
            return; // a /proc that is hidden or read-only: the title is a convenience, not worth a failure
        }

        Descriptors.WriteAll(comm, bytes[..length]);
        Descriptors.Close(comm);
    }

    /// <summary>The beginning of a text, so many bytes in UTF-8 at most, cut between two characters.</summary>
    internal static string Cut(string text, int bytes)
    {
        Span<byte> room = stackalloc byte[bytes];
        _ = Utf8.FromUtf16(text, room, out int used, out _);
        return text[..used];
    }
}
