using System.Globalization;
using System.Text;
using System.Text.Unicode;

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
            (nint start, nint end) = Arguments();
            int room = (int)(end - start) - 1; // the last byte stays NUL, or the kernel would read on into the environment
            if (room > 0)
            {
                var place = new Span<byte>((void*)start, room);
                place.Clear();
                Encoding.UTF8.GetEncoder().Convert(title, place, flush: true, out _, out _, out _);
            }
        }

        try
        {
            File.WriteAllText("/proc/self/comm", Cut(name ?? title, MaxName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A /proc that is hidden or read-only: the title is a convenience, not worth a failure.
        }
    }

    /// <summary>The beginning of a text, so many bytes in UTF-8 at most, cut between two characters.</summary>
    internal static string Cut(string text, int bytes)
    {
        Span<byte> room = stackalloc byte[bytes];
        _ = Utf8.FromUtf16(text, room, out int used, out _);
        return text[..used];
    }

    private static (nint Start, nint End) Arguments()
    {
        try
        {
            // "pid (name) state …": the name may hold anything, so count from behind its bracket.
            string stat = File.ReadAllText("/proc/self/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Address(fields[45]), Address(fields[46])); // arg_start and arg_end, fields 48 and 49
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            return default;
        }
    }

    private static nint Address(string field) => (nint)ulong.Parse(field, CultureInfo.InvariantCulture);
}
