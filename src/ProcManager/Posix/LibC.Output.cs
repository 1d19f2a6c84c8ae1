using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Calls for the log file, for standard output and error, and to pass a descriptor on.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint kcmp(nint number, nint pid1, nint pid2, nint type, nint index1, nint index2);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int renameat(int oldFolder, string oldName, int newFolder, string newName);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint sendmsg(int fd, void* message, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint recvmsg(int fd, void* message, int flags);

    [LibraryImport(Library)]
    internal static partial uint umask(uint mask);
}
