using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Terminals, and the signals that they send.</content>
internal static unsafe partial class LibC
{
    [LibraryImport(Library)]
    internal static partial int pthread_sigmask(int how, void* set, void* old);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int tcgetattr(int fd, void* settings);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int tcgetpgrp(int fd);

    [LibraryImport(Library)]
    internal static partial int getpgrp();

    [LibraryImport(Library)]
    internal static partial int setsid();
}
