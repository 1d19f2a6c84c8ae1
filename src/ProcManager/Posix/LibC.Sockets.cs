using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Options of sockets.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(int fd, int level, int option, int* value, uint length);
}
