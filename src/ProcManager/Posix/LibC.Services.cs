using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Calls for commands, checks and snapshots of the service keeper.</content>
internal static unsafe partial class LibC
{
    /// <summary>In glibc from 2.29 on, and in musl.</summary>
    [LibraryImport(Library)]
    internal static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int getsockname(int fd, void* address, uint* length);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdirat(int directory, string path, uint mode);
}
