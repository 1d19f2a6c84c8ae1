using System.Runtime.InteropServices;

namespace ProcManager.Posix;

/// <content>Names of users and groups.</content>
internal static unsafe partial class LibC
{
    /// <summary>Returns an error number, or 0 with a null in <paramref name="result"/> when there is no such user.</summary>
    [LibraryImport(Library)]
    internal static partial int getpwuid_r(uint user, void* entry, byte* buffer, nuint length, void** result);

    [LibraryImport(Library)]
    internal static partial int getgrgid_r(uint group, void* entry, byte* buffer, nuint length, void** result);
}
