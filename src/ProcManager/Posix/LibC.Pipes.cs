using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Named pipes.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkfifo(string path, uint mode);
}
